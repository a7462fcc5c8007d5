import type { Outcome } from '../outcome.js';
import { asFields } from './http-answer.js';

const LOCK_TIMEOUT = 'lock_timeout';

/**
 * Stripe answers 429 as well where another request holds the object for too long: that is a conflict of this object,
 * and no quota is spent. Source: docs.stripe.com/rate-limits, "Object lock timeouts".
 */
export function withLockTimeout(error: object, outcome: Outcome): Outcome {
  if (outcome.status !== 429 || !isLockTimeout(error)) return outcome;
  return { ...outcome, kind: 'transient' };
}

/** In the code of Stripe's own client, otherwise in the body, as axios, got or ky have parsed it. */
function isLockTimeout(error: object): boolean {
  const { code, response, data } = error as Readonly<Record<string, unknown>>;
  if (code === LOCK_TIMEOUT) return true;
  const answer = asFields(response);
  return [answer?.['data'], answer?.['body'], data].some(
    (body) => asFields(asFields(body)?.['error'])?.['code'] === LOCK_TIMEOUT,
  );
}
