import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

const CONFLICTS = {
  'under way': 'is already under way',
  done: 'was done before, and its result could not be kept to be given again',
} as const;

/** The same key is in flight elsewhere; or its operation was done, and what came of it cannot be given again. */
export class IdempotencyConflictError extends ResilienceError {
  readonly code = 'IDEMPOTENCY_CONFLICT';

  override get statusCode(): number {
    return 409;
  }

  constructor(
    info: ResilienceErrorInfo,
    /** The state of the operation: after `'done'` there is nothing to wait for. */
    readonly standing: 'under way' | 'done' = 'under way',
  ) {
    super(
      `${info.provider}: ${info.operation ?? 'the operation'} with this idempotency key ${CONFLICTS[standing]}`,
      info,
    );
  }
}

/** The same key came with another payload. */
export class IdempotencyMismatchError extends ResilienceError {
  readonly code = 'IDEMPOTENCY_MISMATCH';

  override get statusCode(): number {
    return 422;
  }

  constructor(info: ResilienceErrorInfo) {
    super(
      `${info.provider}: this idempotency key of ${info.operation ?? 'the operation'} was used with another payload`,
      info,
    );
  }
}

const KEY_FAULTS = {
  missing: 'requires an idempotency key',
  malformed: 'was given an idempotency key that is none: one of at most 255 visible characters, with or without quotes',
} as const;

/** A key is required and none was given, or none that can be read. */
export class IdempotencyKeyMissingError extends ResilienceError {
  readonly code = 'IDEMPOTENCY_KEY_MISSING';

  override get statusCode(): number {
    return 400;
  }

  constructor(
    info: ResilienceErrorInfo,
    readonly fault: 'missing' | 'malformed' = 'missing',
  ) {
    super(`${info.provider}: ${info.operation ?? 'the operation'} ${KEY_FAULTS[fault]}`, info);
  }
}

/**
 * An earlier run of the operation may have had its effect, and it can neither be repeated nor found out. Its `cause` is
 * the failure of the probe, where there was one. The key is refused until its record is forgotten, or the first run
 * turns out to have ended.
 */
export class OutcomeUnknownError extends ResilienceError {
  readonly code = 'OUTCOME_UNKNOWN';

  override get statusCode(): number {
    return 409;
  }

  constructor(info: ResilienceErrorInfo) {
    const why = info.cause instanceof Error ? ` (${info.cause.message})` : '';
    super(
      `${info.provider}: an earlier run of ${info.operation ?? 'the operation'} with this idempotency key may have had its effect, and it is not known${why}`,
      info,
    );
  }
}

/** It cannot be told whether a key comes again with the same payload. */
export class IdempotencyPayloadError extends ResilienceError {
  readonly code = 'IDEMPOTENCY_PAYLOAD';

  override get statusCode(): number {
    return 500;
  }

  constructor(info: ResilienceErrorInfo) {
    const why = info.cause instanceof Error ? ` (${info.cause.message})` : '';
    super(
      `${info.provider}: what ${info.operation ?? 'the operation'} is given cannot be compared${why}: ` +
        "say with the option 'fingerprint' of idempotency what makes two payloads the same",
      info,
    );
  }
}

/** Whether an error is an `IdempotencyConflictError`, of this copy of the package or another. */
export const isIdempotencyConflictError = guardFor<IdempotencyConflictError>('IDEMPOTENCY_CONFLICT');
/** Whether an error is an `IdempotencyMismatchError`, of this copy of the package or another. */
export const isIdempotencyMismatchError = guardFor<IdempotencyMismatchError>('IDEMPOTENCY_MISMATCH');
/** Whether an error is an `IdempotencyKeyMissingError`, of this copy of the package or another. */
export const isIdempotencyKeyMissingError = guardFor<IdempotencyKeyMissingError>('IDEMPOTENCY_KEY_MISSING');
/** Whether an error is an `IdempotencyPayloadError`, of this copy of the package or another. */
export const isIdempotencyPayloadError = guardFor<IdempotencyPayloadError>('IDEMPOTENCY_PAYLOAD');
/** Whether an error is an `OutcomeUnknownError`, of this copy of the package or another. */
export const isOutcomeUnknownError = guardFor<OutcomeUnknownError>('OUTCOME_UNKNOWN');
