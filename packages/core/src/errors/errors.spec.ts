import { describe, expect, it } from '@jest/globals';
import { isBulkheadFullError } from '../policies/bulkhead/bulkhead-full.error.js';
import { CircuitOpenError, isCircuitOpenError } from '../policies/circuit-breaker/circuit-open.error.js';
import { isTimeoutError, TimeoutError } from '../policies/timeout/timeout.error.js';
import { captureStacks, isResilienceError, ResilienceError } from './resilience-error.js';
import { StoreUnavailableError } from './store-unavailable.error.js';

const refusal = () => new CircuitOpenError('open', { provider: 'payments', operation: 'charge', retryAfterMs: 500 });

describe('the engine’s errors', () => {
  it('say who refused, why, and when to come back', () => {
    expect(refusal()).toMatchObject({
      name: 'CircuitOpenError',
      provider: 'payments',
      operation: 'charge',
      retryAfterMs: 500,
    });
    expect(refusal().message).toBe('payments: the circuit is open');
    expect(new TimeoutError('total', 5000, { provider: 'payments' }).message).toBe(
      'payments: a call took longer than 5000 ms',
    );
  });

  it('are told apart by guards', () => {
    expect([isCircuitOpenError(refusal()), isTimeoutError(refusal()), isBulkheadFullError(refusal())]).toEqual([
      true,
      false,
      false,
    ]);
    for (const other of [new Error('other'), undefined, null, 'text', { code: 'CIRCUIT_OPEN' }]) {
      expect(isCircuitOpenError(other)).toBe(false);
      expect(isResilienceError(other)).toBe(false);
    }
  });

  it('are instances of their class and of ResilienceError', () => {
    expect(refusal()).toBeInstanceOf(CircuitOpenError);
    expect(refusal()).toBeInstanceOf(ResilienceError);
    expect(refusal()).toBeInstanceOf(Error);
    expect(refusal()).not.toBeInstanceOf(TimeoutError);
  });

  it('are recognised across copies of the package', () => {
    const foreign = Object.assign(new Error('from another copy'), {
      code: 'CIRCUIT_OPEN',
      [Symbol.for('breakwater.resilience-error')]: true,
    });
    expect(isCircuitOpenError(foreign)).toBe(true);
    expect(foreign).toBeInstanceOf(ResilienceError);
  });

  it('carry what caused them', () => {
    const cause = new Error('connection lost');
    expect(new StoreUnavailableError('idempotency', { provider: 'payments', cause }).cause).toBe(cause);
    expect('cause' in refusal()).toBe(false);
  });

  it('carry a stack only where that is switched on, and leave those of other errors alone', () => {
    expect(refusal().stack).not.toContain('errors.spec');
    expect(new Error('other').stack).toContain('errors.spec');
    captureStacks(true);
    expect(refusal().stack).toContain('errors.spec');
    captureStacks(false);
    expect(refusal().stack).not.toContain('errors.spec');
  });
});
