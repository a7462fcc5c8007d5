import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

/**
 * Every slot is taken, and the queue is full or the wait for a slot was too long. Has no `retryAfterMs`: when a slot
 * will be free depends on calls that are still running. Or the bulkhead was closed, and no call may wait any more.
 */
export class BulkheadFullError extends ResilienceError {
  readonly code = 'BULKHEAD_FULL';

  constructor(
    /** `'queue-full'` at once, `'waited-too-long'` after `wait`, `'closed'` when the application ends. */
    readonly why: 'queue-full' | 'waited-too-long' | 'closed',
    info: ResilienceErrorInfo,
  ) {
    super(`${info.provider}: the bulkhead is ${why === 'closed' ? why : `full (${why.replaceAll('-', ' ')})`}`, info);
  }
}

/** Whether an error is a `BulkheadFullError`, of this copy of the package or another. */
export const isBulkheadFullError = guardFor<BulkheadFullError>('BULKHEAD_FULL');
