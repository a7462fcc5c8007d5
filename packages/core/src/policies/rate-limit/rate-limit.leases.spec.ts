import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { outcomeOf, watch } from '../../testing/calls.fixture.js';
import { snapshotOf } from '../../testing/snapshot-of.js';
import { TestClock } from '../../testing/test-clock.js';
import { SharedStore } from './shared/shared-store.fixture.js';

/** One of the hosts that share a limit. */
function bench(options: ProviderOptions) {
  const clock = new TestClock();
  const store = new SharedStore(clock);
  store.latencyMs = 2;
  const provider = createProvider('crm', options, { clock, store, random: () => 0.5 });
  return { clock, store, provider, snapshot: () => snapshotOf(provider, 'rateLimit') };
}

describe('a host that shares a limit', () => {
  it('asks the store for no tokens while the provider has closed the gate, and goes on after that', async () => {
    const { clock, store, provider } = bench({ rateLimit: { limit: 10, per: '1s', wait: '1h' } });
    const asked: number[] = [];
    const { count } = store;
    store.count = (key, by, window) => {
      if (key.includes('rate')) asked.push(clock.now());
      return count.call(store, key, by, window);
    };
    await Promise.all([provider.execute(() => 1), clock.advance(50)]);
    provider.observe({ status: 429, headers: { 'retry-after': '30' } });
    const waiting = Array.from({ length: 3 }, () => watch(provider.execute(() => clock.now())));
    const before = asked.length;
    await clock.advance('29s');
    expect(asked.length).toBe(before);
    await clock.advance('2s');
    expect(waiting.map(({ value }) => Number(value) >= 30_050)).toEqual([true, true, true]);
  });

  it('hears of the others’ pauses for as long as it shares the limit', async () => {
    const clock = new TestClock();
    const store = new SharedStore(clock);
    const hosts = [0, 1, 2].map(() =>
      createProvider('crm', { rateLimit: { limit: 100 } }, { clock, store, random: () => 0.5 }),
    );
    hosts[1]!.reconfigure({ rateLimit: { shared: false } });
    hosts[2]!.reconfigure({ rateLimit: { limit: 200 } });
    await clock.advance(10);
    hosts[0]!.observe({ status: 429, headers: { 'retry-after': '30' } });
    await clock.advance(10);
    expect(hosts.map((host) => snapshotOf(host, 'rateLimit').waitMs > 0)).toEqual([true, false, true]);
    expect(hosts.map((host) => snapshotOf(host, 'rateLimit').shared !== undefined)).toEqual([true, false, true]);
  });

  it('counts a call once that has waited for its turn once more', async () => {
    const { clock, provider, snapshot } = bench({
      rateLimit: { limit: 2, per: '1s', wait: '1m' },
      bulkhead: { concurrency: 1, queue: 10 },
    });
    const calls = Array.from({ length: 6 }, () => outcomeOf(provider.execute(() => clock.sleep(700))));
    await clock.advance('1m');
    await Promise.all(calls);
    expect(snapshot()).toMatchObject({ admitted: 6, queued: 0, givenBack: 0 });
  });
});
