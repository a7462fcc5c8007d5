import type { OutcomeKind } from '../outcome.js';
import { asFields } from './http-answer.js';
import { httpOutcome } from './http-status.js';

/** One error of a GraphQL response, as it came. */
export type GraphqlErrorFields = Readonly<Record<string, unknown>>;

/**
 * Codes that servers put into `extensions.code`, GitHub into `type`, and those built on GraphQL Java into
 * `extensions.classification` or `errorType`. Compared in upper case. Sources: Apollo Server, "Error handling"; Apollo
 * Router, "Errors"; Shopify, "Response status and error codes"; GitHub, "Rate limits for the GraphQL API"; Linear,
 * "Rate limiting"; monday.com, "Error handling"; Spring for GraphQL, `ErrorType`; Hasura, "API reference: errors".
 */
const KIND_BY_CODE: Readonly<Record<string, OutcomeKind>> = {
  THROTTLED: 'throttled',
  THROTTLING: 'throttled',
  THROTTLINGEXCEPTION: 'throttled',
  RATE_LIMITED: 'throttled',
  RATELIMITED: 'throttled',
  RATE_LIMIT_EXCEEDED: 'throttled',
  REQUEST_RATE_LIMITED: 'throttled',
  TOO_MANY_REQUESTS: 'throttled',
  COMPLEXITY_BUDGET_EXHAUSTED: 'throttled',
  UNAUTHENTICATED: 'unauthorized',
  UNAUTHORIZED: 'unauthorized',
  FORBIDDEN: 'unauthorized',
  ACCESS_DENIED: 'unauthorized',
  'ACCESS-DENIED': 'unauthorized',
  INSUFFICIENT_SCOPES: 'unauthorized',
  BAD_USER_INPUT: 'permanent',
  BAD_REQUEST: 'permanent',
  NOT_FOUND: 'permanent',
  CONFLICT: 'permanent',
  VALIDATION_ERROR: 'permanent',
  VALIDATIONERROR: 'permanent',
  INVALIDSYNTAX: 'permanent',
  'VALIDATION-FAILED': 'permanent',
  MAX_COST_EXCEEDED: 'permanent',
  GRAPHQL_PARSE_FAILED: 'permanent',
  GRAPHQL_VALIDATION_FAILED: 'permanent',
  OPERATION_RESOLUTION_FAILURE: 'permanent',
  PERSISTED_QUERY_NOT_FOUND: 'permanent',
  PERSISTED_QUERY_NOT_SUPPORTED: 'permanent',
  INTERNAL_SERVER_ERROR: 'unknown',
  INTERNAL_ERROR: 'unknown',
  DOWNSTREAM_SERVICE_ERROR: 'unknown',
  GATEWAY_TIMEOUT: 'unknown',
  REQUEST_TIMEOUT: 'unknown',
  SERVICE_UNAVAILABLE: 'unknown',
};

/**
 * The meaning of one error by its code, otherwise by the HTTP status that servers note on it (`extensions.http.status`
 * of Apollo and our own, `extensions.status` of Nest); `undefined` where it says neither.
 */
export function graphqlErrorKind(error: GraphqlErrorFields): OutcomeKind | undefined {
  const extensions = asFields(error['extensions']);
  for (const code of [extensions?.['code'], extensions?.['classification'], error['errorType'], error['type']]) {
    const kind = typeof code === 'string' ? kindOfCode(code.toUpperCase()) : undefined;
    if (kind !== undefined) return kind;
  }
  const status = asFields(extensions?.['http'])?.['status'] ?? extensions?.['status'] ?? extensions?.['statusCode'];
  const isFailure = typeof status === 'number' && status >= 400 && status <= 599;
  return isFailure ? httpOutcome({ status }, 0).kind : undefined;
}

/** How long one error asks to wait, in milliseconds: our own servers', and monday.com's in seconds. */
export function graphqlErrorWaitMs({ extensions }: GraphqlErrorFields): number | undefined {
  const fields = asFields(extensions);
  const [ms, seconds] = [fields?.['retryAfterMs'], fields?.['retry_in_seconds']];
  if (isWait(ms)) return ms;
  return isWait(seconds) ? seconds * 1000 : undefined;
}

function kindOfCode(code: string): OutcomeKind | undefined {
  return Object.hasOwn(KIND_BY_CODE, code) ? KIND_BY_CODE[code] : undefined;
}

function isWait(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
