import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

/** The same key is in flight elsewhere. */
export class IdempotencyConflictError extends ResilienceError {
  readonly code = 'IDEMPOTENCY_CONFLICT';

  constructor(info: ResilienceErrorInfo) {
    super(
      `${info.provider}: ${info.operation ?? 'the operation'} with this idempotency key is already under way`,
      info,
    );
  }
}

/** The same key came with another payload. */
export class IdempotencyMismatchError extends ResilienceError {
  readonly code = 'IDEMPOTENCY_MISMATCH';

  constructor(info: ResilienceErrorInfo) {
    super(
      `${info.provider}: this idempotency key of ${info.operation ?? 'the operation'} was used with another payload`,
      info,
    );
  }
}

/** A key is required and none was given. */
export class IdempotencyKeyMissingError extends ResilienceError {
  readonly code = 'IDEMPOTENCY_KEY_MISSING';

  constructor(info: ResilienceErrorInfo) {
    super(`${info.provider}: ${info.operation ?? 'the operation'} requires an idempotency key`, info);
  }
}

export const isIdempotencyConflictError = guardFor<IdempotencyConflictError>('IDEMPOTENCY_CONFLICT');
export const isIdempotencyMismatchError = guardFor<IdempotencyMismatchError>('IDEMPOTENCY_MISMATCH');
export const isIdempotencyKeyMissingError = guardFor<IdempotencyKeyMissingError>('IDEMPOTENCY_KEY_MISSING');
