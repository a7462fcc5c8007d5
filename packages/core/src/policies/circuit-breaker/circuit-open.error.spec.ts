import { describe, expect, it } from '@jest/globals';
import { CircuitOpenError, isCircuitOpenError } from './circuit-open.error.js';

describe('CircuitOpenError', () => {
  it.each([
    ['open', 'payments: the circuit is open'],
    ['half-open', 'payments: the circuit is half-open and its trial calls are under way'],
    ['recovering', 'payments: the circuit has just closed and lets a growing share of the calls through'],
    ['isolated', 'payments: the circuit is isolated'],
  ] as const)('says who refused, why and when to come back: %s', (state, message) => {
    const error = new CircuitOpenError(state, { provider: 'payments', operation: 'charge', retryAfterMs: 3000 });
    expect(isCircuitOpenError(error)).toBe(true);
    expect(error).toMatchObject({
      name: 'CircuitOpenError',
      code: 'CIRCUIT_OPEN',
      state,
      provider: 'payments',
      operation: 'charge',
      retryAfterMs: 3000,
      message,
    });
  });

  it('is told from every other error', () => {
    expect(isCircuitOpenError(Object.assign(new Error('no'), { code: 'CIRCUIT_OPEN' }))).toBe(false);
  });
});
