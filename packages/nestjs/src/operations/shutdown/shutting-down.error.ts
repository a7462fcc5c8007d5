import { isResilienceError, ResilienceError, type ResilienceErrorInfo } from '@breakwater/core';

/**
 * Refuses a call because the application shuts down, or is the reason why one is aborted that outlasts the grace
 * period.
 */
export class ShuttingDownError extends ResilienceError {
  readonly code = 'SHUTTING_DOWN';

  constructor(info: ResilienceErrorInfo) {
    super(`${info.provider}: the application is shutting down`, info);
  }
}

/** Whether an error is a `ShuttingDownError`, of this copy of the package or another. */
export function isShuttingDownError(error: unknown): error is ShuttingDownError {
  return isResilienceError(error) && error.code === 'SHUTTING_DOWN';
}
