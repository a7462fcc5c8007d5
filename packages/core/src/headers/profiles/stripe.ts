import type { RateAnswer } from '../rate-answer.js';
import type { RateProfile } from './rate-profile.js';

/**
 * Sends no quota at all: 429, in `Stripe-Rate-Limited-Reason` which of its limits it was, and in `Stripe-Should-Retry`
 * whether to try again. A 429 without a reason is the timeout of a lock on one object, whose code is in the body.
 */
export const stripe: RateProfile = {
  name: 'stripe',
  source: 'https://docs.stripe.com/rate-limits',
  sparesGate: isLockTimeout,
  vectors: [
    {
      status: 429,
      headers: { 'Stripe-Rate-Limited-Reason': 'global-rate', 'Stripe-Should-Retry': 'true' },
      quotas: [],
      throttled: true,
    },
    { status: 429, headers: {}, body: { error: { type: 'rate_limit_error', code: 'rate_limit' } }, throttled: true },
    { status: 429, headers: { 'Retry-After': '5' }, throttled: true, retryAfterMs: 5000 },
    { status: 429, headers: {}, body: { error: { code: 'lock_timeout' } }, quotas: [], throttled: false },
    { status: 429, headers: { 'Stripe-Should-Retry': 'true' }, quotas: [], throttled: false },
    { status: 200, headers: { 'Stripe-Version': '2025-09-30' }, quotas: [], throttled: false },
  ],
};

/**
 * Where the body is not known here, the error of the call will say what it was. Other servers in between, which know
 * nothing of reasons, say how long to wait.
 */
function isLockTimeout(answer: RateAnswer): boolean {
  if (answer.text('stripe-rate-limited-reason') !== undefined) return false;
  const isRead = answer.inBody('error') !== undefined;
  return isRead ? answer.inBody('error', 'code') === 'lock_timeout' : answer.text('retry-after') === undefined;
}
