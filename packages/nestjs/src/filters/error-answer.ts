import type { ResilienceError } from '@breakwater/core';

/** What a caller is told of an error: an HTTP status, a code and a sentence. Nothing of how the application is built. */
export interface ErrorAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const UNVERIFIED = { status: 401, code: 'WEBHOOK_UNVERIFIED', message: 'The webhook could not be verified.' };

/** Refusals of webhooks share their answers, so that a forger does not learn which check failed. */
const ANSWERS: Readonly<Record<string, Omit<ErrorAnswer, 'code'> & { readonly code?: string }>> = {
  CIRCUIT_OPEN: { status: 503, message: 'A service that this request depends on is unavailable.' },
  BULKHEAD_FULL: { status: 503, message: 'Too many requests to a service that this request depends on are under way.' },
  ADAPTIVELY_THROTTLED: { status: 503, message: 'A service that this request depends on is overloaded.' },
  RATE_LIMITED: { status: 503, message: 'The quota of a service that this request depends on is spent.' },
  STORE_UNAVAILABLE: { status: 503, message: 'The request could not be made safely.' },
  SHUTTING_DOWN: { status: 503, message: 'The service is shutting down.' },
  TIMEOUT: { status: 504, message: 'A service that this request depends on took too long to answer.' },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    message: 'A request with this idempotency key is under way, or was answered once and for all.',
  },
  IDEMPOTENCY_MISMATCH: { status: 422, message: 'This idempotency key was used for another request.' },
  IDEMPOTENCY_KEY_MISSING: { status: 400, message: 'An idempotency key is required.' },
  IDEMPOTENCY_PAYLOAD: { status: 500, message: 'The request could not be made safely.' },
  WEBHOOK_MISSING: UNVERIFIED,
  WEBHOOK_STALE: UNVERIFIED,
  WEBHOOK_MISMATCH: UNVERIFIED,
  WEBHOOK_MALFORMED: UNVERIFIED,
  WEBHOOK_DUPLICATE_HEADER: UNVERIFIED,
  WEBHOOK_CONFIGURATION: { status: 500, message: 'The webhook could not be processed.' },
  WEBHOOK_IN_PROGRESS: { status: 503, message: 'The webhook is being processed.' },
  WEBHOOK_DUPLICATE: { status: 409, message: 'The webhook has been processed.' },
};

/** The answer for an error of the engine. A policy that is not known here has refused the call for now, as they all do. */
export function answerFor(error: ResilienceError): ErrorAnswer {
  const answer = ANSWERS[error.code] ?? { status: 503, message: 'The request cannot be served at the moment.' };
  return { code: error.code, ...answer };
}
