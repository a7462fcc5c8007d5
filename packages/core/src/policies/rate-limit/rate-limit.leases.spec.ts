import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { outcomeOf, seededRandom, watch } from '../../testing/calls.fixture.js';
import { recordEvents } from '../../testing/record-events.js';
import { snapshotOf } from '../../testing/snapshot-of.js';
import { TestClock } from '../../testing/test-clock.js';
import { SharedStore } from './shared/shared-store.fixture.js';

/** One of the hosts that share a limit. */
function bench(options: ProviderOptions) {
  const clock = new TestClock();
  const store = new SharedStore(clock);
  store.latencyMs = 2;
  const provider = createProvider('crm', options, { clock, store, random: seededRandom(1) });
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
    const random = seededRandom(1);
    const hosts = [0, 1, 2].map(() => createProvider('crm', { rateLimit: { limit: 100 } }, { clock, store, random }));
    hosts[1]!.reconfigure({ rateLimit: { shared: false } });
    hosts[2]!.reconfigure({ rateLimit: { limit: 200 } });
    await clock.advance(10);
    hosts[0]!.observe({ status: 429, headers: { 'retry-after': '30' } });
    await clock.advance(10);
    expect(hosts.map((host) => snapshotOf(host, 'rateLimit').waitMs > 20_000)).toEqual([true, false, true]);
    expect(hosts.map((host) => snapshotOf(host, 'rateLimit').shared !== undefined)).toEqual([true, false, true]);
  });

  it('hears of the others’ pauses once for each, and of none once it is closed', async () => {
    const clock = new TestClock();
    const store = new SharedStore(clock);
    const random = seededRandom(1);
    const hosts = [0, 1, 2].map(() => createProvider('crm', { rateLimit: { limit: 100 } }, { clock, store, random }));
    const events = hosts.map((host) => recordEvents(host));
    const paused = () => events.map((each) => each.ofType('rateLimit.paused').map(({ detail }) => detail));
    hosts[2]!.close();
    await clock.advance(10);
    hosts[0]!.observe({ status: 429, headers: { 'retry-after': '30' } });
    await clock.advance(10);
    expect(paused()).toEqual([[{ pauseMs: 30_000 }], [{ pauseMs: 30_000 }], []]);
    await clock.advance('5s');
    hosts[0]!.observe({ status: 429, headers: { 'retry-after': '5' } });
    await clock.advance(10);
    expect(paused()).toEqual([[{ pauseMs: 30_000 }], [{ pauseMs: 30_000 }], []]);
  });

  it('hears what the others were told of their quotas, unless it is to observe none of that', async () => {
    const clock = new TestClock();
    const store = new SharedStore(clock);
    const random = seededRandom(1);
    const hosts = [true, true, false].map((observeHeaders) =>
      createProvider('crm', { rateLimit: { limit: 100, observeHeaders } }, { clock, store, random }),
    );
    await clock.advance(10);
    hosts[0]!.observe({ status: 200, headers: { ratelimit: '"default";r=0;t=60' } });
    await clock.advance(10);
    expect(hosts.map((host) => snapshotOf(host, 'rateLimit').waitMs > 20_000)).toEqual([true, true, false]);
  });

  it('holds the operations back that draw from a resource which another host has spent', async () => {
    const clock = new TestClock();
    const store = new SharedStore(clock);
    const random = seededRandom(1);
    const hosts = [0, 1].map(() =>
      createProvider('crm', { rateLimit: { limit: 100, profile: 'github' } }, { clock, store, random }),
    );
    const of = (left: number) => ({
      status: left > 0 ? 200 : 403,
      headers: {
        'x-ratelimit-remaining': `${left}`,
        'x-ratelimit-reset': '40',
        'x-ratelimit-resource': 'search',
      },
    });
    const run = async (host: number, operation: string, work: () => unknown = () => 1) => {
      const ended = outcomeOf(hosts[host]!.execute(work, { operation }));
      await clock.advance(300);
      return ended;
    };
    for (const host of [0, 1]) await run(host, 'search', () => hosts[host]!.observe(of(9)));
    await run(0, 'search', () => Promise.reject(Object.assign(new Error('forbidden'), of(0))));
    expect(await run(1, 'search')).toMatchObject({ error: { why: 'quota-spent' } });
    expect(await run(1, 'list')).toEqual({ value: 1 });
  });

  it('refuses a call that may not wait as soon as the store has said that there is none, however soon there will be', async () => {
    const { clock, provider } = bench({ rateLimit: { limit: 20, per: '1s', burst: 1 } });
    const calls = [1, 2].map((value) => watch(provider.execute(() => value)));
    await clock.advance(20);
    expect(calls[0]).toEqual({ settled: true, value: 1 });
    expect(calls[1]!.error).toMatchObject({ why: 'quota-spent' });
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
