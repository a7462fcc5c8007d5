import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../../provider/create-provider.js';
import type { ProviderOptions } from '../../../provider/provider-options.js';
import { seededRandom, watch } from '../../../testing/calls.fixture.js';
import { snapshotOf } from '../../../testing/snapshot-of.js';
import { TestClock } from '../../../testing/test-clock.js';
import { SharedStore } from './shared-store.fixture.js';

interface Pace {
  readonly limit: number;
  readonly per: number;
  readonly burst: number;
}

interface Fleet {
  readonly hosts: number;
  readonly latencyMs: number;
  readonly forMs: number;
  /** Hosts that made a call before, and are there no more. */
  readonly gone?: number;
}

/** Hosts that have ten calls under way or in line at any time, and when their calls went out. */
async function used(rateLimit: Pace, { hosts, latencyMs, forMs, gone = 0 }: Fleet) {
  const clock = new TestClock();
  const store = new SharedStore(clock);
  store.latencyMs = latencyMs;
  const random = seededRandom(1);
  const sent: number[] = [];
  const host = () =>
    createProvider('crm', { rateLimit: { ...rateLimit, wait: '10m' } } as ProviderOptions, { clock, store, random });
  for (let i = 0; i < gone; i++) void host().execute(() => undefined);
  if (gone > 0) await clock.advance(1000);
  const providers = Array.from({ length: hosts }, host);
  let isOver = false;
  const work = async (host: number) => {
    while (!isOver) {
      await providers[host]!.execute(() => {
        sent.push(clock.now());
        return clock.sleep(5);
      });
    }
  };
  providers.forEach((_, host) => Array.from({ length: 10 }, () => watch(work(host))));
  await clock.advance(forMs);
  isOver = true;
  for (const provider of providers) provider.close();
  const { limit, per, burst } = rateLimit;
  const most = (spanMs: number) =>
    Math.max(...sent.map((from, i) => sent.slice(i).findIndex((at) => at >= from + spanMs)));
  const percent = (100 * sent.length) / ((limit * forMs) / per + burst);
  return { percent, mostInWindow: most(per), mostAtOnce: most(0.01) };
}

describe('a paced limit that hosts share', () => {
  it.each([
    [{ limit: 20, per: 1000, burst: 4 }, 1, 1, 91],
    [{ limit: 20, per: 1000, burst: 4 }, 1, 5, 91],
    [{ limit: 20, per: 1000, burst: 4 }, 1, 20, 90],
    [{ limit: 20, per: 1000, burst: 4 }, 3, 1, 89],
    [{ limit: 20, per: 1000, burst: 4 }, 3, 5, 89],
    [{ limit: 20, per: 1000, burst: 4 }, 3, 20, 87],
    [{ limit: 100, per: 1000, burst: 10 }, 1, 1, 91],
    [{ limit: 100, per: 1000, burst: 10 }, 3, 5, 88],
    [{ limit: 5, per: 1000, burst: 1 }, 1, 5, 90],
    [{ limit: 5, per: 1000, burst: 1 }, 3, 5, 87],
    [{ limit: 600, per: 60_000, burst: 10 }, 1, 20, 98],
    [{ limit: 600, per: 60_000, burst: 10 }, 4, 5, 97],
  ])('uses nearly all of it: %j, hosts: %i, round trips of %i ms', async (limit, hosts, latencyMs, least) => {
    const use = await used(limit, { hosts, latencyMs, forMs: limit.per === 1000 ? 40_000 : 120_000 });
    expect(use.percent).toBeGreaterThanOrEqual(least);
    expect(use.mostInWindow).toBeLessThanOrEqual(limit.limit);
    expect(use.mostAtOnce).toBeLessThanOrEqual(limit.burst);
  });

  it('loses little of it while a host that has gone is still counted', async () => {
    const limit = { limit: 20, per: 1000, burst: 4 };
    const use = await used(limit, { hosts: 1, latencyMs: 1, forMs: 10_000, gone: 2 });
    expect(use.percent).toBeGreaterThanOrEqual(87);
  });

  it('knows from the first minute on how many hosts draw from it', async () => {
    const clock = new TestClock();
    const store = new SharedStore(clock);
    const providers = [0, 1].map(() => createProvider('crm', { rateLimit: { limit: 20 } }, { clock, store }));
    const hosts: unknown[] = [];
    for (let second = 0; second < 60; second++) {
      for (const provider of providers) void provider.execute(() => 1);
      await clock.advance(1000);
      hosts.push(snapshotOf(providers[0]!, 'rateLimit').shared!.hosts);
    }
    expect(new Set(hosts.slice(3))).toEqual(new Set([2]));
  });
});
