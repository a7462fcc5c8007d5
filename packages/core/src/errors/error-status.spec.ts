import { describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { catalog } from '../policies/catalog.js';
import { CircuitOpenError } from '../policies/circuit-breaker/circuit-open.error.js';
import {
  IdempotencyConflictError,
  IdempotencyKeyMissingError,
  IdempotencyMismatchError,
  IdempotencyPayloadError,
} from '../policies/idempotency/idempotency.errors.js';
import { TimeoutError } from '../policies/timeout/timeout.error.js';

const INFO = { provider: 'payments' };

describe('an error of the engine, to an error handler that does not know it', () => {
  const errors = [
    new CircuitOpenError('open', INFO),
    new TimeoutError('attempt', 100, INFO),
    new IdempotencyConflictError(INFO),
    new IdempotencyMismatchError(INFO),
    new IdempotencyKeyMissingError(INFO),
    new IdempotencyPayloadError(INFO),
  ];

  it.each(errors)('has the status that its policy says: %s', (error) => {
    const said = catalog.kinds.map(({ refusals }) => refusals[error.code]?.status).find((status) => status);
    expect([error.statusCode, error.status, error.getStatus(), error.expose]).toEqual([said, said, said, true]);
  });

  it('has Retry-After in whole seconds where the wait is known', () => {
    expect(new CircuitOpenError('open', { ...INFO, retryAfterMs: 1500 }).headers).toEqual({ 'Retry-After': '2' });
    expect(new CircuitOpenError('isolated', INFO).headers).toEqual({});
    expect(new CircuitOpenError('open', { ...INFO, retryAfterMs: Infinity }).headers).toEqual({});
  });

  it('has its code and the wait for answers of GraphQL', () => {
    const error = new CircuitOpenError('open', { ...INFO, retryAfterMs: 1500.5 });
    expect(new GraphQLError(error.message, { originalError: error }).toJSON()).toEqual({
      message: error.message,
      extensions: { code: 'CIRCUIT_OPEN', provider: 'payments', retryAfterMs: 1501, http: { status: 503 } },
    });
    expect(new IdempotencyConflictError(INFO).extensions).toEqual({
      code: 'IDEMPOTENCY_CONFLICT',
      provider: 'payments',
      http: { status: 409 },
    });
  });

  it('looks as before when it is printed', () => {
    expect(Object.keys(new CircuitOpenError('open', INFO))).not.toContain('status');
  });
});
