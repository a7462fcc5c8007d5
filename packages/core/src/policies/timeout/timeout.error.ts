import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

/** One attempt, or the operation with all its attempts, took too long. The work may have been done nevertheless. */
export class TimeoutError extends ResilienceError {
  readonly code = 'TIMEOUT';

  override get statusCode(): number {
    return 504;
  }

  constructor(
    readonly scope: 'attempt' | 'total',
    readonly afterMs: number,
    info: ResilienceErrorInfo,
  ) {
    super(
      `${info.provider}: ${scope === 'attempt' ? 'an attempt at ' : ''}${info.operation ?? 'a call'} took longer than ${afterMs} ms`,
      info,
    );
  }
}

export const isTimeoutError = guardFor<TimeoutError>('TIMEOUT');
