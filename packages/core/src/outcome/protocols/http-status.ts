import { SUCCESS, type Outcome, type OutcomeKind } from '../outcome.js';
import { isRepeatable } from '../request-method.js';
import { headerOf } from '../../headers/headers.js';
import { resetWaitMs } from '../../headers/reset-wait.js';
import { retryAfterMs } from '../../headers/retry-after.js';

/** An answer of the provider, from whichever client. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: unknown;
  /** The HTTP method of the request. */
  readonly method?: string | undefined;
}

/**
 * The meaning of an HTTP status with its headers (RFC 9110 §15, and the practice of providers). With `X-Should-Retry`
 * and `Stripe-Should-Retry` the provider has its own word on another attempt. A throttled call without `Retry-After`
 * waits for the reset of the spent quota.
 */
export function httpOutcome(answer: HttpAnswer, wallNow: number): Outcome {
  const { status, headers } = answer;
  if (status < 400) return SUCCESS;
  const asked = retryAfterMs(headers, wallNow);
  const word = headerOf(headers, 'x-should-retry') ?? headerOf(headers, 'stripe-should-retry');
  // A request that may be retried was not done. A 429 that may be is a 429 nevertheless.
  const kind =
    word === 'true' && status !== 429 ? 'transient' : kindOf(status, asked !== undefined || isSpent(headers));
  return {
    kind,
    status,
    retryAfterMs: kind === 'throttled' ? (asked ?? resetWaitMs(headers, wallNow)) : asked,
    repeatable: isRepeatable(answer.method),
    resource: kind === 'throttled' && isSpent(headers) ? headerOf(headers, 'x-ratelimit-resource') : undefined,
    pushback: word === 'false' ? 'never' : undefined,
  };
}

export function isErrorStatus(status: unknown): status is number {
  return typeof status === 'number' && status >= 400 && status <= 599;
}

function kindOf(status: number, asksToWait: boolean): OutcomeKind {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return asksToWait ? 'throttled' : 'unauthorized';
    case 408:
      return 'unknown';
    // A proxy wants a credential of its own (RFC 9110 §15.5.8): the request has gone no further.
    case 407:
    case 421:
    case 425:
      return 'not-sent';
    case 409:
      return asksToWait ? 'transient' : 'permanent';
    case 423:
      return 'transient';
    case 429:
      return 'throttled';
    case 503:
      return asksToWait ? 'transient' : 'unknown';
    case 501:
    case 505:
      return 'permanent';
    default:
      return status >= 500 ? 'unknown' : 'permanent';
  }
}

/** A quota of which nothing remains: some providers answer 403 rather than 429. */
function isSpent(headers: unknown): boolean {
  return headerOf(headers, 'x-ratelimit-remaining') === '0';
}
