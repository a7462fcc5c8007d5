import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { httpError, turn, watch } from '../../testing/calls.fixture.js';
import { deferred, type Deferred } from '../../testing/deferred.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import type { CircuitBreakerOptions } from './circuit-breaker.options.js';
import { snapshotOf } from '../../testing/snapshot-of.js';

/** A call that ends when the spec says so. */
export type BegunCall = ReturnType<ReturnType<typeof bench>['begin']>;

/** A provider with a circuit breaker, and what its specs do with it. */
export function bench(circuitBreaker: CircuitBreakerOptions = {}, more: ProviderOptions = {}, random?: () => number) {
  const clock = new CountingClock();
  const provider = createProvider('payments', { circuitBreaker, ...more }, { clock, ...(random && { random }) });
  const circuit = provider.circuitBreaker!;
  const events = recordEvents(provider);
  const ok = () => provider.execute(async () => 'ok');
  const fail = (headers: Record<string, string> = {}, status = 500) =>
    provider.execute(() => Promise.reject(httpError(status, headers))).catch(() => undefined);
  const many = async (times: number, call: () => Promise<unknown>) => {
    for (let i = 0; i < times; i++) await call();
  };
  /** Begins a call that ends when the test says so. */
  const begin = () => beginWith(new AbortController());
  /** The same for a call whose caller cannot abort it. */
  const beginUnsignalled = () => beginWith(undefined);
  const beginWith = <C extends AbortController | undefined>(caller: C) => {
    const work: Deferred = deferred();
    let called = false;
    const run = () => {
      called = true;
      return work.promise;
    };
    const result = watch(provider.execute(run, caller === undefined ? {} : { signal: caller.signal }));
    const end = async (how: unknown) => {
      if (how instanceof Error) work.reject(how);
      else work.resolve(how);
      await turn();
    };
    return { result, caller, succeed: () => end('ok'), fail: () => end(httpError(500)), end, wasCalled: () => called };
  };
  const snapshot = () => snapshotOf(provider, 'circuitBreaker');
  return { clock, provider, circuit, events, ok, fail, many, begin, beginUnsignalled, snapshot };
}

/** Counts how often the time is read. */
class CountingClock extends TestClock {
  reads = 0;

  override now(): number {
    this.reads++;
    return super.now();
  }
}
