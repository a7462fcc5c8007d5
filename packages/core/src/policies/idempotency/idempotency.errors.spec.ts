import { describe, expect, it } from '@jest/globals';
import {
  IdempotencyConflictError,
  IdempotencyKeyMissingError,
  IdempotencyMismatchError,
  IdempotencyPayloadError,
  isIdempotencyConflictError,
  isIdempotencyKeyMissingError,
  isIdempotencyMismatchError,
  isIdempotencyPayloadError,
  isOutcomeUnknownError,
  OutcomeUnknownError,
} from './idempotency.errors.js';

const CHARGE = { provider: 'payments', operation: 'charge' };
const UNNAMED = { provider: 'payments' };

const MESSAGES = [
  [new IdempotencyConflictError(CHARGE), 'payments: charge with this idempotency key is already under way'],
  [new IdempotencyConflictError(UNNAMED), 'payments: the operation with this idempotency key is already under way'],
  [
    new IdempotencyConflictError(CHARGE, 'done'),
    'payments: charge with this idempotency key was done before, and its result could not be kept to be given again',
  ],
  [new IdempotencyMismatchError(CHARGE), 'payments: this idempotency key of charge was used with another payload'],
  [
    new IdempotencyMismatchError(UNNAMED),
    'payments: this idempotency key of the operation was used with another payload',
  ],
  [new IdempotencyKeyMissingError(CHARGE), 'payments: charge requires an idempotency key'],
  [new IdempotencyKeyMissingError(UNNAMED), 'payments: the operation requires an idempotency key'],
  [
    new IdempotencyPayloadError({ ...CHARGE, cause: new TypeError('a stream or response') }),
    'payments: what charge is given cannot be compared (a stream or response): ' +
      "say with the option 'fingerprint' of idempotency what makes two payloads the same",
  ],
  [
    new IdempotencyPayloadError(UNNAMED),
    'payments: what the operation is given cannot be compared: ' +
      "say with the option 'fingerprint' of idempotency what makes two payloads the same",
  ],
  [
    new OutcomeUnknownError({ ...CHARGE, cause: new Error('no answer') }),
    'payments: an earlier run of charge with this idempotency key may have had its effect, and it is not known (no answer)',
  ],
  [
    new OutcomeUnknownError(UNNAMED),
    'payments: an earlier run of the operation with this idempotency key may have had its effect, and it is not known',
  ],
] as const;

describe('the errors of idempotency', () => {
  it.each(MESSAGES)('%s says whose operation it was', (error, message) => {
    expect(error.message).toBe(message);
  });

  it('are told apart by code and guard', () => {
    const errors = [
      new IdempotencyConflictError(CHARGE),
      new IdempotencyMismatchError(CHARGE),
      new IdempotencyKeyMissingError(CHARGE),
      new IdempotencyPayloadError(CHARGE),
      new OutcomeUnknownError(CHARGE),
    ];
    expect(errors.map(({ code }) => code)).toEqual([
      'IDEMPOTENCY_CONFLICT',
      'IDEMPOTENCY_MISMATCH',
      'IDEMPOTENCY_KEY_MISSING',
      'IDEMPOTENCY_PAYLOAD',
      'OUTCOME_UNKNOWN',
    ]);
    expect(errors.map(({ statusCode }) => statusCode)).toEqual([409, 422, 400, 500, 409]);
    expect(errors.map(isIdempotencyConflictError)).toEqual([true, false, false, false, false]);
    expect(errors.map(isIdempotencyMismatchError)).toEqual([false, true, false, false, false]);
    expect(errors.map(isIdempotencyKeyMissingError)).toEqual([false, false, true, false, false]);
    expect(errors.map(isIdempotencyPayloadError)).toEqual([false, false, false, true, false]);
    expect(errors.map(isOutcomeUnknownError)).toEqual([false, false, false, false, true]);
  });
});
