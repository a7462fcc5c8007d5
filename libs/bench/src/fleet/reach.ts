import type { ProviderOptions } from '@breakwater/core';
import { Fleet } from './fleet.js';

/** How long it takes until half of the hosts know, and all of them. */
export interface Reach {
  readonly p50: number;
  readonly last: number;
}

const QUORUM = 3;

/** One host is throttled: all others are to wait as well. */
export async function pauseReach(hosts: number): Promise<Reach> {
  return reach({ hosts, demand: 0.1, type: 'rateLimit.paused' }, async (fleet) => {
    const throttled = Object.assign(new Error('429'), { status: 429, headers: { 'retry-after': '30' } });
    await fleet.providers[0]!.execute(() => Promise.reject(throttled)).catch(() => undefined);
  });
}

/** As many hosts as the quorum find the provider down. */
export async function circuitReach(hosts: number): Promise<Reach> {
  const circuitBreaker = { window: { consecutive: 3 }, openFor: '30s', shared: { quorum: QUORUM } } as const;
  // Few calls go well meanwhile: each of them would begin the row of failures anew.
  return reach({ hosts, demand: 0.001, more: { circuitBreaker }, type: 'circuitBreaker.opened' }, async (fleet) => {
    for (let host = 0; host < QUORUM; host++) {
      for (let i = 0; i < 3; i++) {
        await fleet.providers[host]!.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
      }
    }
  });
}

interface Spread {
  readonly hosts: number;
  readonly demand: number;
  readonly more?: ProviderOptions;
  /** The event by which a host shows that it knows. */
  readonly type: string;
}

async function reach(
  { hosts, demand, more = {}, type }: Spread,
  begin: (fleet: Fleet) => Promise<void>,
): Promise<Reach> {
  const fleet = new Fleet({ hosts, limit: 10_000, load: 'even', demand, more });
  await fleet.run(2000);
  const from = fleet.clock.now();
  const at = new Map<number, number>();
  for (const [host, provider] of fleet.providers.entries()) {
    provider.events.on((event) => {
      if (event.type === type && !at.has(host)) at.set(host, fleet.clock.now() - from);
    });
  }
  const begun = begin(fleet);
  await fleet.run(8000);
  await begun;
  fleet.close();
  if (at.size < hosts) throw new Error(`${type} has reached ${at.size} of ${hosts} hosts only`);
  const sorted = [...at.values()].sort((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length / 2)]!, last: sorted.at(-1)! };
}
