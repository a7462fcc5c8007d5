import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../testing/test-clock.js';
import { KnownHosts } from './known-hosts.js';
import { SharedStore } from './shared-store.fixture.js';

function bench() {
  const clock = new TestClock();
  const store = new SharedStore(clock);
  const hosts: KnownHosts[] = [];
  const start = (count: number) => {
    const started = Array.from({ length: count }, () => new KnownHosts());
    hosts.push(...started);
    return started;
  };
  /** All of these draw every 100 ms for so long. Returns how many each of them knew of, whenever they drew. */
  const draw = async (drawing: readonly KnownHosts[], forMs: number, provider = 'crm') => {
    const known: number[][] = [];
    for (let ms = 0; ms < forMs; ms += 100) {
      for (const host of drawing) host.beat(clock.now(), store, provider);
      await clock.advance(100);
      known.push(drawing.map(({ count }) => count));
    }
    return known;
  };
  return { clock, store, start, draw };
}

describe('hosts that draw from one limit', () => {
  it('know only themselves at first, and while the store does not answer', async () => {
    const { store, start, draw } = bench();
    const [host] = start(1);
    expect(host!.count).toBe(1);
    store.away = true;
    expect(new Set((await draw([host!], 10_000)).flat())).toEqual(new Set([1]));
  });

  it.each([1, 2, 3, 10])('are counted once each, for as long as they draw: %i of them', async (count) => {
    const { start, draw } = bench();
    const known = await draw(start(count), 60_000);
    expect(new Set(known.slice(1).flat())).toEqual(new Set([count]));
  });

  it('look how many they are at once, soon, and then every two seconds from a beat to the next', async () => {
    const { clock, store, start } = bench();
    const [host] = start(1);
    const looks: number[] = [];
    for (; clock.now() < 10_000; await clock.advance(100)) {
      const before = store.operations;
      host!.beat(clock.now(), store, 'crm');
      if (store.operations > before) looks.push(clock.now());
    }
    expect(looks).toEqual([0, 100, 300, 700, 1500, 3100, 5000, 7000, 9000]);
  });

  it('ask the store once for a look, and twice for no more than one beat', async () => {
    const { store, start, draw } = bench();
    await draw(start(1), 60_000);
    expect(store.operations).toBe(6 + 11 * 3 + 1);
  });

  it('know of one that starts with its first call', async () => {
    const { start, draw } = bench();
    const [first] = start(1);
    await draw([first!], 20_000);
    const [second] = start(1);
    await draw([second!], 100);
    await draw([first!], 3000);
    expect([first!.count, second!.count]).toEqual([2, 2]);
  });

  it('forget one that is gone within two of its beats and a look, and know of it at once when it is back', async () => {
    const { start, draw } = bench();
    const [stays, goes] = start(2);
    await draw([stays!, goes!], 20_000);
    await draw([stays!], 14_000);
    expect(stays!.count).toBe(1);
    await draw([goes!], 100);
    await draw([stays!], 3000);
    expect(stays!.count).toBe(2);
  });

  it('count one that was away for no longer than it is remembered once', async () => {
    const { clock, store, start } = bench();
    const [host] = start(1);
    host!.beat(clock.now(), store, 'crm');
    await clock.advance(10_000);
    host!.beat(clock.now(), store, 'crm');
    await clock.advance(10);
    expect(host!.count).toBe(1);
  });

  it('are never fewer than the one that asks, also where the store has forgotten them', async () => {
    const { store, start, draw } = bench();
    const [host] = start(1);
    await draw([host!], 500);
    await store.close();
    expect(new Set((await draw([host!], 2000)).flat())).toEqual(new Set([1]));
  });

  it('of another provider are not counted', async () => {
    const { start, draw } = bench();
    const [host] = start(1);
    await draw(start(3), 1000, 'mail');
    await draw([host!], 1000);
    expect(host!.count).toBe(1);
  });
});
