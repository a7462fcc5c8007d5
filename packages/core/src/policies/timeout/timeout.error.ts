import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

/** One attempt, or the operation with all its attempts, took too long. The work may have been done nevertheless. */
export class TimeoutError extends ResilienceError {
  readonly code = 'TIMEOUT';

  override get statusCode(): number {
    return 504;
  }

  constructor(
    /** The limit that was reached: that of one attempt, or of all of them. */
    readonly scope: 'attempt' | 'total',
    /** The limit, in milliseconds. */
    readonly afterMs: number,
    info: ResilienceErrorInfo,
  ) {
    super(
      `${info.provider}: ${scope === 'attempt' ? 'an attempt at ' : ''}${info.operation ?? 'a call'} took longer than ${afterMs} ms`,
      info,
    );
  }
}

/** Whether an error is a `TimeoutError`, of this copy of the package or another. */
export const isTimeoutError = guardFor<TimeoutError>('TIMEOUT');
