import type { ResilienceError } from '@breakwater/core';
import { catalog as standardCatalog, type PolicyCatalog } from '@breakwater/core/adapter';

/**
 * An error as a caller is told of it: an HTTP status, a code and a sentence. Nothing of how the application is built.
 */
export interface ErrorAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const UNVERIFIED = { status: 401, code: 'WEBHOOK_UNVERIFIED', message: 'The webhook could not be verified.' };

/**
 * Answers for errors that belong to no policy. Refusals of webhooks share their answers, so that a forger does not
 * learn which check failed.
 */
const ANSWERS: Readonly<Record<string, Omit<ErrorAnswer, 'code'> & { readonly code?: string }>> = {
  SHUTTING_DOWN: { status: 503, message: 'The service is shutting down.' },
  WEBHOOK_MISSING: UNVERIFIED,
  WEBHOOK_STALE: UNVERIFIED,
  WEBHOOK_MISMATCH: UNVERIFIED,
  WEBHOOK_MALFORMED: UNVERIFIED,
  WEBHOOK_DUPLICATE_HEADER: UNVERIFIED,
  WEBHOOK_CONFIGURATION: { status: 500, message: 'The webhook could not be processed.' },
  WEBHOOK_IN_PROGRESS: { status: 503, message: 'The webhook is being processed.' },
  WEBHOOK_DUPLICATE: { status: 409, message: 'The webhook has been processed.' },
};

/**
 * The answer for an error of the engine, by the kinds of policies of `catalog`. A policy that is not known here has
 * refused the call for now, as they all do.
 */
export function answerFor(error: ResilienceError, catalog: PolicyCatalog = standardCatalog): ErrorAnswer {
  const answer = ANSWERS[error.code] ??
    catalog.answerTo(error.code) ?? { status: 503, message: 'The request cannot be served at the moment.' };
  return { code: error.code, ...answer };
}
