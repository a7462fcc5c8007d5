import type { Outcome } from '../outcome.js';
import { isRepeatable } from '../request-method.js';
import { AWS_THROTTLING } from './aws-throttling.js';
import { answerOf, asFields, methodOf, statusOf } from './http-answer.js';
import { httpOutcome, type HttpAnswer } from './http-status.js';
import { withLockTimeout } from './lock-timeout.js';
import { isConnecting, networkKind } from './network.js';
import type { Protocol } from './protocol.js';

/** HTTP by its statuses and headers, as clients return or throw its answers. */
export const rest: Protocol = {
  ofValue: (value, clock) => {
    const answer = responseIn(value);
    return answer && httpOutcome(answer, clock.wallNow());
  },
  ofError: (error, wallNow) => {
    const answer = answerOf(error);
    if (answer === undefined) return slackLimit(error) ?? notTaken(error);
    return withAwsWord(error, withLockTimeout(error, httpOutcome(answer, wallNow)));
  },
};

/**
 * A response that was returned rather than thrown: of `fetch` and undici by their shape, of axios by its request
 * config.
 */
function responseIn(value: object): HttpAnswer | undefined {
  // One look is enough for what is no response: each costs, where methods return values of many shapes.
  const { headers } = value as Record<string, unknown>;
  if (typeof headers !== 'object' || headers === null) return undefined;
  const { config, ok, body, status: given, statusCode: code } = value as Record<string, unknown>;
  const [status, statusCode] = [statusOf(given), statusOf(code)];
  if (typeof status === 'number' && (typeof ok === 'boolean' || config !== undefined)) {
    return { status, headers, method: methodOf(value) };
  }
  return typeof statusCode === 'number' && body !== undefined ? { status: statusCode, headers } : undefined;
}

/**
 * A request that took too long to come, which AWS answers with 400. Source: smithy-typescript,
 * `service-error-classification`.
 */
const AWS_TIMEOUT = /^RequestTimeout(Exception)?$/;

/** AWS throttles with 400 and 503 as well, and says so in the error's name or in `$retryable`. */
function withAwsWord(error: object, outcome: Outcome): Outcome {
  const { $metadata, $retryable, name } = error as Record<string, unknown>;
  if ($metadata === undefined || outcome.kind === 'throttled') return outcome;
  const says = (names: RegExp) => typeof name === 'string' && names.test(name);
  if (asFields($retryable)?.['throttling'] === true || says(AWS_THROTTLING)) return { ...outcome, kind: 'throttled' };
  return outcome.kind === 'permanent' && says(AWS_TIMEOUT) ? { ...outcome, kind: 'unknown' } : outcome;
}

/**
 * An answer that is no failure of the provider, and that the client does not take: 304 to a request with conditions
 * (Octokit, axios), or a redirect that it was told not to follow. One of too many redirects is none, and neither is one
 * of got for a request to where a redirect has led: it holds the redirect beside the failure of the connection.
 */
function notTaken(error: object): Outcome | undefined {
  const { response, code } = error as Record<string, unknown>;
  const { status: given, statusCode } = asFields(response) ?? {};
  const status = statusOf(given ?? statusCode);
  if (typeof status !== 'number' || status < 300 || status > 399) return undefined;
  const isOfAxios = typeof code === 'string' && code.startsWith('ERR_BAD_');
  if (!isOfAxios && (isConnecting(error) || networkKind(error) !== undefined)) return undefined;
  return { kind: 'permanent', status, repeatable: isRepeatable(methodOf(error)) };
}

/** Slack's own client tells of a 429 without a status, with the wait in seconds. */
function slackLimit(error: object): Outcome | undefined {
  const { code, retryAfter } = error as Record<string, unknown>;
  if (code !== 'slack_webapi_rate_limited_error') return undefined;
  const isWait = typeof retryAfter === 'number' && retryAfter >= 0;
  return { kind: 'throttled', status: 429, ...(isWait && { retryAfterMs: retryAfter * 1000 }) };
}
