import type { Outcome, OutcomeKind } from '../outcome.js';
import { asFields } from './http-answer.js';
import type { Protocol } from './protocol.js';

/**
 * Codes that servers put into `extensions.code`, or GitHub into `type`. Source: Apollo Server, "Error handling"; the
 * APIs of Shopify and GitHub.
 */
const KIND_BY_CODE: Readonly<Record<string, OutcomeKind>> = {
  THROTTLED: 'throttled',
  RATE_LIMITED: 'throttled',
  RATELIMITED: 'throttled',
  TOO_MANY_REQUESTS: 'throttled',
  UNAUTHENTICATED: 'unauthorized',
  FORBIDDEN: 'unauthorized',
  UNAUTHORIZED: 'unauthorized',
  BAD_USER_INPUT: 'permanent',
  BAD_REQUEST: 'permanent',
  NOT_FOUND: 'permanent',
  CONFLICT: 'permanent',
  GRAPHQL_PARSE_FAILED: 'permanent',
  GRAPHQL_VALIDATION_FAILED: 'permanent',
  OPERATION_RESOLUTION_FAILURE: 'permanent',
  PERSISTED_QUERY_NOT_FOUND: 'permanent',
  PERSISTED_QUERY_NOT_SUPPORTED: 'permanent',
  INTERNAL_SERVER_ERROR: 'unknown',
};
/** The worst of several errors speaks for all of them. */
const WORST_FIRST: readonly OutcomeKind[] = ['unknown', 'throttled', 'unauthorized', 'permanent'];

/**
 * The errors of a GraphQL response as clients throw them: `error.response.errors` (graphql-request), `error.errors`
 * (Octokit, Apollo), `error.graphQLErrors` (urql). A request that was refused as a whole has no `data`, and its errors
 * no `path`. Source: GraphQL over HTTP.
 */
export const graphql: Protocol = {
  ofError: (error) => {
    const fields = error as Readonly<Record<string, unknown>>;
    const response = asFields(fields['response']);
    const errors = [response?.['errors'], fields['graphQLErrors'], fields['errors']].find(isGraphqlErrors);
    if (errors === undefined) return undefined;
    const status = response?.['status'];
    // A proxy in front of the server answers by its status alone.
    if (typeof status === 'number' && status >= 400 && !errors.some((each) => kindOf(each) !== undefined))
      return undefined;
    const kinds = new Set(errors.map((each) => kindOf(each) ?? (each['path'] === undefined ? 'permanent' : 'unknown')));
    const kind = WORST_FIRST.find((worst) => kinds.has(worst));
    return kind && ({ kind } satisfies Outcome);
  },
};

function isGraphqlErrors(value: unknown): value is readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) && value.length > 0 && value.every(isGraphqlError);
}

/**
 * An error of a response: a message, with places in the document or extensions beside it. Other lists of errors have a
 * `path`, too.
 */
function isGraphqlError(value: unknown): boolean {
  const error = asFields(value);
  if (error === undefined || typeof error['message'] !== 'string') return false;
  return 'extensions' in error || 'locations' in error;
}

function kindOf(error: Readonly<Record<string, unknown>>): OutcomeKind | undefined {
  const code = asFields(error['extensions'])?.['code'] ?? error['type'];
  return typeof code === 'string' && Object.hasOwn(KIND_BY_CODE, code) ? KIND_BY_CODE[code] : undefined;
}
