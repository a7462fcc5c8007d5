import { guardFor, ResilienceError, type ResilienceErrorInfo } from './resilience-error.js';

/** The store cannot be reached and the policy that needs it does not go on without. */
export class StoreUnavailableError extends ResilienceError {
  readonly code = 'STORE_UNAVAILABLE';

  constructor(policy: string, info: ResilienceErrorInfo) {
    super(
      `${info.provider}: the store behind ${policy} is unavailable, so ${info.operation ?? 'the call'} was not made`,
      info,
    );
  }
}

/** Whether an error is a `StoreUnavailableError`, of this copy of the package or another. */
export const isStoreUnavailableError = guardFor<StoreUnavailableError>('STORE_UNAVAILABLE');
