import { shopifyGraphql } from '../../headers/profiles/shopify-graphql.js';
import { RateAnswer } from '../../headers/rate-answer.js';
import { resetWaitMs } from '../../headers/reset-wait.js';
import { retryAfterMs } from '../../headers/retry-after.js';
import type { Outcome, OutcomeKind } from '../outcome.js';
import { graphqlErrorKind, graphqlErrorWaitMs, type GraphqlErrorFields } from './graphql-codes.js';
import { asFields } from './http-answer.js';
import type { Protocol } from './protocol.js';

type Fields = Readonly<Record<string, unknown>>;

/** The parts of a GraphQL response, wherever a client keeps them. */
interface GraphqlAnswer {
  readonly errors: readonly GraphqlErrorFields[];
  readonly data: unknown;
  readonly extensions: unknown;
  readonly status: unknown;
  readonly headers: unknown;
  /** The text of the document, or the type of its operation, where the client tells it. */
  readonly asked: unknown;
}

/** The worst of several errors speaks for all of them. */
const WORST_FIRST: readonly OutcomeKind[] = ['unknown', 'throttled', 'transient', 'unauthorized', 'permanent'];
/** A document that asks for queries alone: they are its only operations, also in the short form. */
const NO_QUERY = /\b(mutation|subscription)\b/;

/**
 * The errors of a GraphQL response as clients throw them: `error.response.errors` (graphql-request, and our own
 * client), `error.errors` (Octokit, Apollo), `error.graphQLErrors` (urql), `error.result.errors` (the network errors of
 * Apollo). Their codes win over the status, which may be that of a proxy. Source: GraphQL over HTTP, "Response".
 */
export const graphql: Protocol = {
  ofError: (error, wallNow) => {
    const fields = error as Fields;
    const response: Fields | undefined = asFields(fields['response']);
    const result = asFields(fields['result']);
    const errors = [response?.['errors'], fields['graphQLErrors'], fields['errors'], result?.['errors']].find(
      isGraphqlErrors,
    );
    if (errors === undefined) return undefined;
    const { status, headers = fields['headers'] } = (response ?? {}) as Fields;
    if (typeof status === 'number' && status >= 400 && errors.every((each) => graphqlErrorKind(each) === undefined))
      return undefined;
    const { data = fields['data'], extensions } = (response ?? {}) as Fields;
    const asked = fields['operation'] ?? asFields(fields['request'])?.['query'];
    return outcomeOf({ errors, data, extensions, status, headers, asked }, wallNow);
  },
};

/**
 * The meaning of a returned GraphQL result, `{ data, errors, extensions }`, by its errors; `undefined` where it has
 * none. Errors are taken for what they are without the signs by which thrown lists of errors are told apart.
 */
export function graphqlResult(result: object, wallNow: number): Outcome | undefined {
  const { errors, data, extensions, status, headers } = result as Fields;
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const listed = errors.map((each: unknown) => asFields(each) ?? {});
  return outcomeOf({ errors: listed, data, extensions, status, headers, asked: undefined }, wallNow);
}

function outcomeOf(answer: GraphqlAnswer, wallNow: number): Outcome {
  const { errors } = answer;
  // A request that was refused as a whole has no `data`, and its errors no `path`.
  const kinds = new Set(
    errors.map((each) => graphqlErrorKind(each) ?? (each['path'] === undefined ? 'permanent' : 'unknown')),
  );
  const worst = WORST_FIRST.find((kind) => kinds.has(kind)) ?? 'unknown';
  const waitMs = worst === 'throttled' || worst === 'transient' ? waitOf(answer, wallNow) : undefined;
  // Fields of a mutation run one after the other: those before the one that was throttled have had their effect.
  const kind = worst === 'throttled' && hasBegun(answer) && !isQuery(answer.asked) ? 'unknown' : worst;
  return { kind, ...(waitMs !== undefined && { retryAfterMs: waitMs }) };
}

/** Whether the server has begun to execute the operation. */
function hasBegun({ errors, data }: GraphqlAnswer): boolean {
  const hasData = asFields(data) !== undefined;
  return hasData || errors.some(({ path }) => Array.isArray(path) && path.length > 0);
}

function isQuery(asked: unknown): boolean {
  return typeof asked === 'string' && !NO_QUERY.test(asked);
}

/** The longest wait that a throttled answer asks for: in its headers, on its errors, or by the cost of Shopify. */
function waitOf({ errors, extensions, headers, status }: GraphqlAnswer, wallNow: number): number | undefined {
  const asked = [retryAfterMs(headers, wallNow), ...errors.map(graphqlErrorWaitMs)].filter((ms) => ms !== undefined);
  if (asked.length > 0) return Math.max(...asked);
  const answer = new RateAnswer(typeof status === 'number' ? status : 200, headers, wallNow, { extensions });
  return shopifyGraphql.retryAfterMs?.(answer) ?? resetWaitMs(headers, wallNow);
}

function isGraphqlErrors(value: unknown): value is readonly GraphqlErrorFields[] {
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
