import { describe, expect, it } from '@jest/globals';
import type { EnvironmentOf } from '../../../engine/policy.js';
import { EventHub } from '../../../events/event-hub.js';
import type { QuotaReading } from '../../../headers/quota-observation.js';
import { createEnvironment } from '../../../provider/create-environment.js';
import type { Bus } from '../../../store/bus.js';
import { seededRandom } from '../../../testing/calls.fixture.js';
import { TestClock } from '../../../testing/test-clock.js';
import type { RateLimitEvents } from '../rate-limit.telemetry.js';
import { SharedStore } from './shared-store.fixture.js';
import { SharedWord } from './shared-word.js';

/** A store, and hosts that tell each other by it. */
function bench({ hasBus = true }: { hasBus?: boolean } = {}) {
  const clock = new TestClock();
  const store = new SharedStore(clock, hasBus);
  const random = seededRandom(1);
  /** Another process, which hears of one key or several. */
  const start = (...keys: readonly string[]) => startOf('crm', keys);
  const startOf = async (provider: string, keys: readonly string[]) => {
    const parts = { name: provider, path: provider, settings: {}, clock, store, random };
    const environment: EnvironmentOf<RateLimitEvents> = createEnvironment(parts, new EventHub(), {
      classify: undefined,
    });
    const heard: unknown[] = [];
    const words = (keys.length > 0 ? keys : ['limit']).map((key) => listenTo(environment, key, heard));
    await clock.advance(0);
    return { heard, word: words[0]!, words, environment };
  };
  return { clock, store, start, startOf };
}

function listenTo(environment: EnvironmentOf<RateLimitEvents>, key: string, heard: unknown[]): SharedWord {
  return new SharedWord(environment, key, {
    paused: (ms) => heard.push(['paused', ms]),
    remains: (quotas) => heard.push(['remains', ...quotas]),
    forgotten: () => heard.push('forgotten'),
  });
}

function left(remaining: number, more: Partial<QuotaReading> = {}): QuotaReading {
  return { name: 'minute', remaining, limit: 100, resetMs: 2000, ...more };
}

describe('the word of a provider', () => {
  it('reaches the other hosts by the bus at once, and not the one that tells it', async () => {
    const { clock, start } = bench();
    const [here, there] = [await start(), await start()];
    here.word.pause(30_000);
    here.word.observed([left(3)]);
    await clock.advance(0);
    expect(here.heard).toEqual([]);
    expect(there.heard).toEqual([
      ['paused', 30_000],
      ['remains', left(3)],
    ]);
  });

  it('reaches those that start later by the store, as old as it is by then', async () => {
    const { clock, start } = bench();
    const here = await start();
    here.word.pause(1000);
    here.word.pause(30_000);
    here.word.observed([left(0, { name: 'second', resetMs: 500 }), left(0)]);
    await clock.advance(499);
    expect((await start()).heard).toEqual([
      ['paused', 29_501],
      ['remains', left(0, { name: 'second', resetMs: 1 }), left(0, { resetMs: 1501 })],
    ]);
    await clock.advance(1);
    expect((await start()).heard).toContainEqual(['remains', left(0, { resetMs: 1500 })]);
    await clock.advance(1500);
    expect((await start()).heard).toEqual([['paused', 28_000]]);
    await clock.advance(28_000);
    expect((await start()).heard).toEqual([]);
  });

  it('is what stands in the store while a message is on its way, and nothing of it once it is over', async () => {
    const { start } = bench();
    const { word, heard } = await start();
    word.hear({ pauseMs: 50 }, 50);
    word.hear({ left: [left(0, { resetMs: 50 }), left(0, { resetMs: undefined })] }, 50);
    expect(heard).toEqual([]);
    word.hear({ pauseMs: 50, left: [left(0, { resetMs: 50 })] }, 49);
    expect(heard).toEqual([
      ['paused', 1],
      ['remains', left(0, { resetMs: 1 })],
    ]);
  });

  it.each([
    [left(10), true],
    [left(11), false],
    [left(0), true],
    [left(0, { limit: undefined }), true],
    [left(1, { limit: undefined }), false],
    [left(0, { resetMs: undefined }), false],
  ])('is told where little remains, and it is known until when: %j, %s', async (quota, isTold) => {
    const { clock, store, start } = bench();
    const [here, there] = [await start(), await start()];
    const before = store.operations;
    here.word.observed([quota]);
    await clock.advance(0);
    expect(there.heard).toEqual(isTold ? [['remains', quota]] : []);
    expect(store.operations - before).toBe(isTold ? 1 : 0);
  });

  it('is told of a quota every 100 ms, and at once when nothing is left, or where it is another', async () => {
    const { clock, start } = bench();
    const [here, there] = [await start(), await start()];
    const told = async (quota: QuotaReading, afterMs = 0) => {
      await clock.advance(afterMs);
      there.heard.length = 0;
      here.word.observed([quota]);
      await clock.advance(0);
      return there.heard.length > 0;
    };
    expect(await told(left(3))).toBe(true);
    expect(await told(left(2), 99)).toBe(false);
    expect(await told(left(2), 1)).toBe(true);
    expect(await told(left(1))).toBe(false);
    expect(await told(left(0))).toBe(true);
    expect(await told(left(1, { name: 'day' }))).toBe(true);
    expect(await told(left(1, { scope: 'search' }))).toBe(true);
    expect(await told(left(1, { scope: 'search' }))).toBe(false);
  });

  it('is forgotten by all hosts when one says so, and by those to come', async () => {
    const { clock, start } = bench();
    const [here, there] = [await start(), await start()];
    here.word.pause(30_000);
    here.word.observed([left(3)]);
    await clock.advance(0);
    there.heard.length = 0;
    here.word.forget();
    await clock.advance(0);
    expect(there.heard).toEqual(['forgotten']);
    expect((await start()).heard).toEqual([]);
    here.word.observed([left(3)]);
    await clock.advance(0);
    expect(there.heard.slice(1)).toEqual([['remains', left(3)]]);
  });

  it('is that of one limit', async () => {
    const { clock, start } = bench();
    const [search, orders] = [await start('search'), await start('orders')];
    search.word.pause(30_000);
    await clock.advance(0);
    expect(orders.heard).toEqual([]);
    expect((await start('orders')).heard).toEqual([]);
    expect((await start('orders', 'search')).heard).toEqual([['paused', 30_000]]);
  });

  it('is that of one provider', async () => {
    const { clock, start, startOf } = bench();
    const [crm, mail] = [await start(), await startOf('mail', ['limit'])];
    crm.word.pause(30_000);
    await clock.advance(0);
    expect(mail.heard).toEqual([]);
  });

  it.each([
    ['five seconds', true, 5000],
    ['second, where no bus tells of it', false, 1000],
  ])('is looked for in the store every %s', async (_long, hasBus, everyMs) => {
    const { clock, store, start } = bench({ hasBus });
    const [here, there] = [await start(), await start()];
    here.word.pause(30_000);
    await clock.advance(0);
    there.heard.length = 0;
    const looks: number[] = [];
    for (; clock.now() < 3 * everyMs; await clock.advance(everyMs / 10)) {
      const before = store.operations;
      there.word.look(clock.now());
      if (store.operations > before) looks.push(clock.now());
    }
    expect(looks).toEqual([everyMs, 2 * everyMs]);
    there.word.close();
    expect(there.heard).toEqual([
      ['paused', 30_000 - everyMs],
      ['paused', 30_000 - 2 * everyMs],
    ]);
  });

  it('does not matter to calls while the store and its bus are away', async () => {
    const { clock, store, start } = bench();
    const lost = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const bus: Bus = { publish: lost, subscribe: lost, close: () => Promise.resolve() };
    Object.defineProperty(store, 'bus', { value: bus });
    store.away = true;
    const { word, heard } = await start();
    await word.ready;
    word.pause(1000);
    word.observed([left(0)]);
    word.forget();
    word.look(5000);
    word.close();
    await clock.advance(0);
    expect(heard).toEqual([]);
  });

  it('is known before tokens are asked for, if the store knows it', async () => {
    const { clock, store, start } = bench();
    (await start()).word.pause(30_000);
    await clock.advance(0);
    store.latencyMs = 20;
    const { word, heard } = await start();
    let isReady = false;
    void word.ready.then(() => (isReady = true));
    await clock.advance(19);
    expect(isReady).toBe(false);
    await clock.advance(1);
    expect([isReady, heard]).toEqual([true, [['paused', 30_000 - 10]]]);
  });
});

describe('a host that listens to the word of a provider', () => {
  /** Counts the subscriptions there are, and messages that have made a listener fail. */
  function subscriptions(store: SharedStore): { now: number; failed: number } {
    const count = { now: 0, failed: 0 };
    const bus = store.inner.bus;
    const subscribe: Bus['subscribe'] = async (topic, listener) => {
      const unsubscribe = await bus.subscribe(topic, (message) => {
        try {
          listener(message);
        } catch {
          count.failed++;
        }
      });
      count.now++;
      return async () => {
        count.now--;
        await unsubscribe();
      };
    };
    const counting: Bus = { publish: bus.publish.bind(bus), subscribe, close: () => bus.close() };
    Object.defineProperty(store, 'bus', { value: counting });
    return count;
  }

  it('subscribes once for all of its limits, until it has closed the last, and again for the next', async () => {
    const { clock, store, start } = bench();
    const count = subscriptions(store);
    const here = await start();
    const there = await start('search', 'limit');
    expect(count.now).toBe(2);
    there.words[0]!.close();
    here.word.pause(1000);
    // A limit to which the other does not listen.
    there.words[0]!.pause(1000);
    await clock.advance(0);
    expect([count.now, there.heard]).toEqual([2, [['paused', 1000]]]);
    there.words[1]!.close();
    await clock.advance(0);
    here.word.pause(1000);
    await clock.advance(0);
    expect([count.now, there.heard.length]).toEqual([1, 1]);
    const heard: unknown[] = [];
    listenTo(there.environment, 'limit', heard);
    await clock.advance(0);
    heard.length = 0;
    here.word.pause(2000);
    await clock.advance(0);
    expect([count.now, heard]).toEqual([2, [['paused', 2000]]]);
    expect(count.failed).toBe(0);
  });

  it('hears what the latest of two for one limit hears, whenever the other is closed', async () => {
    const { clock, start } = bench();
    const here = await start();
    const there = await start();
    const heard: unknown[] = [];
    listenTo(there.environment, 'limit', heard);
    there.word.close();
    here.word.pause(1000);
    await clock.advance(0);
    expect([there.heard, heard]).toEqual([[], [['paused', 1000]]]);
  });
});
