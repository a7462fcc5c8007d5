import { guardFor, ResilienceError } from '../errors/resilience-error.js';

/** The request that was not sent. */
export interface AmbiguousRequest {
  readonly provider: string;
  readonly operation: string | undefined;
  readonly method: string;
  readonly origin: string;
}

/**
 * A client of ours did not send a request that may be the repetition of one in doubt, because it would go out without
 * its key: it was made in no call, in one that has ended, or behind another request of its call, as a limiter inside a
 * method does that starts it in the async context of another call.
 */
export class RequestAmbiguousError extends ResilienceError {
  readonly code = 'REQUEST_AMBIGUOUS';

  constructor({ provider, operation, method, origin }: AmbiguousRequest) {
    super(
      `${provider}: a ${method} to ${origin} was not sent: it may repeat one whose outcome is unknown, and would go out ` +
        'without its key. Put limiters around the call rather than into its method, or hand them AsyncResource.bind(job).',
      { provider, operation },
    );
  }
}

/** Whether an error is a `RequestAmbiguousError`, of this copy of the package or another. */
export const isRequestAmbiguousError = guardFor<RequestAmbiguousError>('REQUEST_AMBIGUOUS');
