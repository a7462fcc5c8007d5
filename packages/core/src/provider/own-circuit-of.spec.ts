import { describe, expect, it } from '@jest/globals';
import { httpError, outcomeOf } from '../testing/calls.fixture.js';
import { recordEvents } from '../testing/record-events.js';
import { TestClock } from '../testing/test-clock.js';
import type { PolicyName } from '../policies/policy-options.js';
import { createProvider } from './create-provider.js';

function bench() {
  const clock = new TestClock();
  const own = { circuitBreaker: { window: { consecutive: 1 }, openFor: '1s' } } as const;
  const provider = createProvider('payments', { circuitBreaker: true, methods: { refund: own } }, { clock });
  const call = (operation: string, more: { key?: string; policies?: PolicyName[] } = {}) =>
    outcomeOf(provider.execute(() => 'ok', { operation, ...more }));
  const fail = (operation: string) => outcomeOf(provider.execute(() => Promise.reject(httpError(500)), { operation }));
  return { provider, clock, call, fail, events: recordEvents(provider) };
}

const OK = { value: 'ok' };
const REFUSED = { error: expect.objectContaining({ code: 'CIRCUIT_OPEN' }) };

describe('the circuit of one operation', () => {
  it('is isolated and reset by hand, and the one that the others share stays as it is', async () => {
    const { provider, call, events } = bench();
    await call('refund');
    provider.circuitBreakerOf('refund')!.isolate();
    expect([await call('refund'), await call('refund', { key: 'tenant' })]).toEqual([REFUSED, REFUSED]);
    expect(await call('charge')).toEqual(OK);
    expect([provider.circuitBreakerOf('refund')!.state, provider.circuitBreaker!.state]).toEqual([
      'isolated',
      'closed',
    ]);
    provider.circuitBreakerOf('refund')!.reset();
    expect(await call('refund')).toEqual(OK);
    expect(events.all.filter(({ detail }) => !('keyed' in detail))).toMatchObject([
      { type: 'circuitBreaker.isolated', operation: 'refund' },
      { type: 'circuitBreaker.closed', operation: 'refund', detail: { reason: 'reset' } },
    ]);
  });

  it('goes on in another process with what it has exported, and the shared one by hand stays apart', async () => {
    const { provider, call, fail } = bench();
    await fail('refund');
    provider.circuitBreaker!.forceClosed();
    const exported = provider.circuitBreakerOf('refund')!.export();
    expect(exported).toMatchObject({ state: 'open', openForMs: 1000 });
    const other = bench();
    await other.call('refund');
    other.provider.circuitBreakerOf('refund')!.import(exported);
    expect([await other.call('refund'), await call('refund')]).toEqual([REFUSED, REFUSED]);
  });

  it('is one for its calls that ask for different policies: all of them are controlled, and the worst is shown', async () => {
    const { provider, call, fail } = bench();
    const apart = { policies: ['circuitBreaker'] as PolicyName[] };
    await call('refund', apart);
    await fail('refund');
    const circuit = provider.circuitBreakerOf('refund')!;
    expect(circuit.state).toBe('open');
    circuit.forceClosed();
    expect([await call('refund'), await call('refund', apart)]).toEqual([OK, OK]);
    circuit.forceOpen();
    expect([await call('refund'), await call('refund', apart)]).toEqual([REFUSED, REFUSED]);
    circuit.reset();
    circuit.isolate();
    expect([await call('refund'), await call('refund', apart), circuit.state]).toEqual([REFUSED, REFUSED, 'isolated']);
    circuit.import({ state: 'closed', consecutiveOpens: 0 });
    expect([await call('refund'), await call('refund', apart)]).toEqual([OK, OK]);
  });

  it('is not there where the operation shares that of its provider, or has not been called by its name yet', async () => {
    const { provider, call } = bench();
    await call('charge');
    expect(provider.circuitBreakerOf('charge')).toBeUndefined();
    expect(provider.circuitBreakerOf('refund')).toBeUndefined();
    expect(provider.circuitBreakerOf('toString')).toBeUndefined();
  });
});
