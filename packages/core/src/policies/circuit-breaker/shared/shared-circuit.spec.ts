import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createProvider } from '../../../provider/create-provider.js';
import type { ProviderOptions } from '../../../provider/provider-options.js';
import { MemoryStore } from '../../../store/memory-store.js';
import { outcomeOf, turn } from '../../../testing/calls.fixture.js';
import { modelRuns } from '../../../testing/model-runs.js';
import { recordEvents } from '../../../testing/record-events.js';
import { TestClock } from '../../../testing/test-clock.js';

const OPTIONS = {
  circuitBreaker: { window: { consecutive: 3 }, openFor: '10s', halfOpen: { calls: 1 }, shared: { quorum: 2 } },
} as const satisfies ProviderOptions;

/** Hosts of one application over one store. */
function fleet(hosts: number, { hasBus = true } = {}) {
  const clock = new TestClock();
  const store = new MemoryStore({ clock });
  if (!hasBus) Object.defineProperty(store, 'bus', { value: undefined });
  const join = (options: ProviderOptions = OPTIONS) => createProvider('crm', options, { clock, store });
  const providers = Array.from({ length: hosts }, () => join());
  const fail = async (host: number, times = 3, key?: string) => {
    for (let i = 0; i < times; i++) {
      const failing = () => Promise.reject(new Error('down'));
      await outcomeOf(providers[host]!.execute(failing, key === undefined ? {} : { key }));
    }
    await turn();
  };
  const states = () => providers.map(({ circuitBreaker }) => circuitBreaker!.state);
  return { clock, store, providers, join, fail, states };
}

describe('a circuit that hosts share', () => {
  it('opens on all of them when as many as the quorum have found it open, for as long as so many have', async () => {
    const { clock, fail, states, providers } = fleet(4);
    const events = recordEvents(providers[3]!);
    await fail(0);
    expect(states()).toEqual(['open', 'closed', 'closed', 'closed']);
    await clock.advance('4s');
    await fail(1);
    expect(states()).toEqual(['open', 'open', 'open', 'open']);
    expect(events.ofType('circuitBreaker.opened')[0]!.detail).toMatchObject({
      reason: 'other hosts',
      hosts: 2,
      openForMs: 6000,
    });
    await clock.advance('6s');
    expect(states()).toEqual(['half-open', 'open', 'half-open', 'half-open']);
  });

  it('is never opened by one sick host, however often its own opens', async () => {
    const { clock, fail, states } = fleet(3);
    for (let i = 0; i < 5; i++) {
      await fail(0);
      await clock.advance('11s');
    }
    await fail(0);
    expect(states()).toEqual(['open', 'closed', 'closed']);
  });

  it('does not count the word of hosts that were told', async () => {
    const { fail, join, states } = fleet(4);
    const strict = join({ circuitBreaker: { ...OPTIONS.circuitBreaker, shared: { quorum: 3 } } });
    await fail(0);
    await fail(1);
    expect(states()).toEqual(['open', 'open', 'open', 'open']);
    expect(strict.circuitBreaker!.state).toBe('closed');
  });

  it('closes on each by its own trial, and a host whose trial went well takes its word back', async () => {
    const { clock, fail, states, providers, join } = fleet(3);
    await fail(0);
    await fail(1);
    await clock.advance('10s');
    await providers[0]!.execute(() => 1);
    await fail(1, 1);
    await turn();
    expect(states()).toEqual(['closed', 'open', 'half-open']);
    const late = join();
    await clock.advance(10);
    expect(late.circuitBreaker!.state).toBe('closed');
  });

  it('is learnt from the store by a host that starts later', async () => {
    const { clock, fail, join } = fleet(2);
    await fail(0);
    await fail(1);
    await clock.advance('3s');
    const late = join();
    await clock.advance(1);
    expect(late.circuitBreaker!.state).toBe('open');
    await clock.advance('7s');
    expect(late.circuitBreaker!.state).toBe('half-open');
  });

  it('is learnt within a second over a store without a bus', async () => {
    const { clock, fail, states } = fleet(3, { hasBus: false });
    await fail(0);
    await fail(1);
    expect(states()[2]).toBe('closed');
    await clock.advance('1s');
    expect(states()[2]).toBe('open');
  });

  it('opens by what calls have found, not by hand, and stays closed where it was closed by hand', async () => {
    const { clock, fail, states, providers } = fleet(3);
    providers[0]!.circuitBreaker!.forceOpen();
    await fail(1);
    await turn();
    expect(states()).toEqual(['open', 'open', 'closed']);
    providers[0]!.circuitBreaker!.reset();
    await fail(0);
    expect(states()[2]).toBe('open');
    providers[2]!.circuitBreaker!.forceClosed();
    await clock.advance('6s');
    expect(states()[2]).toBe('closed');
  });

  it('is one for each key', async () => {
    const { fail, providers } = fleet(3);
    await outcomeOf(providers[2]!.execute(() => 1, { key: 'a' }));
    await outcomeOf(providers[2]!.execute(() => 1, { key: 'b' }));
    await fail(0, 3, 'a');
    await fail(1, 3, 'a');
    expect(await outcomeOf(providers[2]!.execute(() => 1, { key: 'a' }))).toMatchObject({
      error: { code: 'CIRCUIT_OPEN' },
    });
    expect(await outcomeOf(providers[2]!.execute(() => 1, { key: 'b' }))).toEqual({ value: 1 });
  });

  it('goes on by itself while the store is away, and leaves no timer behind that keeps a process alive', async () => {
    const { clock, store, fail, states, providers } = fleet(2);
    const away = () => Promise.reject(new Error('away'));
    Object.assign(store, { get: away, put: away });
    store.bus.publish = away;
    await fail(0);
    expect(states()).toEqual(['open', 'closed']);
    expect(clock.pendingTimers('referenced')).toBe(0);
    for (const provider of providers) provider.close();
    await turn();
    expect(clock.pendingTimers()).toBe(0);
  });

  it('refuses nothing while fewer than the quorum have found it open, in whatever order hosts fail and recover', async () => {
    const step = fc.record({
      host: fc.integer({ min: 0, max: 4 }),
      what: fc.constantFrom('fails', 'fails', 'succeeds', 'waits'),
      ms: fc.integer({ min: 0, max: 4000 }),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const { clock, providers, fail } = fleet(5);
      const own = providers.map(() => -Infinity);
      const unfounded: unknown[] = [];
      // Judged when it happens: after a wait, the word of a host may have run out by which another opened in between.
      for (const [host, provider] of providers.entries()) {
        provider.events.on(({ type, detail }) => {
          if (type !== 'circuitBreaker.opened') return;
          const now = clock.now();
          if (detail.reason !== 'other hosts') own[host] = now + detail.openForMs;
          else if (own.filter((until) => until > now).length < 2) unfounded.push({ host, now, own: [...own], detail });
        });
      }
      for (const { host, what, ms } of steps) {
        if (what === 'waits') await clock.advance(ms);
        else if (what === 'succeeds') await outcomeOf(providers[host]!.execute(() => 1));
        else await fail(host);
        await turn();
        expect(unfounded).toEqual([]);
      }
    });
    await fc.assert(property, { numRuns: modelRuns(50) });
  });
});
