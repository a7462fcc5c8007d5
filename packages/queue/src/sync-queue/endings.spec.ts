import { afterEach, describe, expect, it } from '@jest/globals';
import type { ProviderOptions } from '@breakwater/core';
import type { QueueDriver } from '../driver/queue-driver.js';
import { sqliteDriver } from '../sqlite/sqlite-driver.js';
import { QueueFixture } from './queue.fixture.js';
import type { SyncQueueOptions } from './sync-queue.options.js';

/** One job in twenty seconds, after one at once. */
const SLOW: ProviderOptions = { rateLimit: { limit: 1, per: '20s', burst: 1 } };
const FAILED = { response: { status: 503, headers: {} } };

describe('the end of a queue', () => {
  let fixture: QueueFixture;
  let ran: unknown[];
  afterEach(async () => {
    await fixture.stop();
  });

  function begun(provider: ProviderOptions = {}, options: Partial<SyncQueueOptions> = {}): QueueFixture {
    fixture = new QueueFixture(provider, { grace: '10s', ...options });
    ran = [];
    return fixture.on('sync', async ({ payload, signal }) => {
      ran.push(payload);
      if (typeof payload === 'number') await fixture.clock.sleep(payload, signal);
      if (payload === 'fails') throw FAILED;
      if (payload === 'hangs') await new Promise(() => undefined);
    });
  }

  /** How long the queue takes to stop, in milliseconds, and how many jobs it had to send back. */
  async function stopped(): Promise<readonly [afterMs: number, sentBack: number]> {
    const since = fixture.clock.now();
    const stopping = fixture.queue.stop().then((sentBack) => [fixture.clock.now() - since, sentBack] as const);
    await fixture.clock.advance('30s');
    return stopping;
  }

  it('comes at once while nothing is under way: idle, paused or waiting to try again', async () => {
    await begun().start();
    expect(await stopped()).toEqual([0, 0]);
    await fixture.queue.close();

    await begun().start();
    await fixture.queue.pause('crm');
    await fixture.queue.add('crm', 'sync', 'late');
    await fixture.clock.advance('1s');
    expect(await stopped()).toEqual([0, 0]);
    await fixture.queue.close();

    await begun().start();
    const { id } = await fixture.queue.add('crm', 'sync', 'fails');
    await fixture.clock.advance('1ms');
    expect(await stopped()).toEqual([0, 0]);
    expect(await fixture.shown(id)).toBe('delayed failed');
  });

  it('sends jobs back at once that wait for the pace of their provider, as none of them has begun', async () => {
    await begun(SLOW, { concurrency: 3 }).start();
    const jobs = ['a', 'b', 'c'].map((payload) => ({ name: 'sync', payload }));
    const added = await fixture.queue.addAll('crm', jobs);
    await fixture.clock.advance('1s');
    expect(ran).toEqual(['a']);
    expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 1, active: 2 });
    expect(await stopped()).toEqual([0, 0]);
    expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 1, active: 0, waiting: 2 });
    expect((await fixture.queue.get('crm', added[1]!.id))?.attempt).toBe(0);
    expect(fixture.events.ofType('queue.returned').map(({ detail }) => detail)).toEqual(
      added.slice(1).map(({ id }) => ({ id, reason: 'the queue is closed', retryInMs: 0 })),
    );
  });

  it('comes with the end of the last job under way, or with the grace where a processor never returns', async () => {
    await begun().start();
    await fixture.queue.add('crm', 'sync', 3000);
    await fixture.clock.advance('1s');
    expect(await stopped()).toEqual([2000, 0]);
    await fixture.queue.close();

    await begun().start();
    const { id } = await fixture.queue.add('crm', 'sync', 'hangs');
    await fixture.clock.advance('1s');
    expect(await stopped()).toEqual([10_000, 1]);
    expect(await fixture.shown(id)).toBe('waiting');
  });

  it('comes with the grace where the driver answers no more', async () => {
    const driver = sqliteDriver({ file: ':memory:' });
    await begun({}, { driver }).start();
    driver.claim = () => new Promise(() => undefined);
    await fixture.queue.add('crm', 'sync', 'late');
    await fixture.clock.advance('1s');
    const [afterMs, sentBack] = await stopped();
    expect([afterMs <= 11_000, sentBack]).toEqual([true, 0]);
  });

  it('is the same for all who ask for it, and comes once', async () => {
    await begun().start();
    await fixture.queue.add('crm', 'sync', 5000);
    await fixture.clock.advance('1s');
    const twice = [fixture.queue.stop(), fixture.queue.stop()];
    const at: number[] = [];
    for (const each of twice) void each.then(() => at.push(fixture.clock.now()));
    await fixture.clock.advance('30s');
    expect(await Promise.all(twice)).toEqual([0, 0]);
    expect(at).toEqual([5000, 5000]);
    await Promise.all([fixture.queue.close(), fixture.queue.close()]);
    await expect(fixture.queue.add('crm', 'sync', 1)).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(fixture.queue.drain('crm')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('begins nothing of a queue that is stopped while its driver is being opened', async () => {
    const driver = sqliteDriver({ file: ':memory:' });
    const open = driver.open!.bind(driver);
    begun({}, { driver });
    driver.open = async (parts) => {
      await fixture.clock.sleep(1000);
      await open(parts);
    };
    const started = fixture.start();
    const ended = fixture.queue.stop().then(() => fixture.queue.close());
    await fixture.clock.advance('2s');
    await started;
    await ended;
    expect(fixture.queue.snapshot()).toEqual([]);
    expect(fixture.clock.pendingTimers()).toBe(0);
  });

  it('is no end of a queue whose driver could not be opened, which says why', async () => {
    const driver = sqliteDriver({ file: ':memory:' });
    driver.open = () => Promise.reject(new Error('no such place'));
    begun({}, { driver });
    await expect(fixture.start()).rejects.toThrow('no such place');
    await expect(fixture.queue.stop()).resolves.toBe(0);
    await expect(fixture.queue.close()).resolves.toBeUndefined();
  });

  it('leaves no timer behind, whatever was under way', async () => {
    await begun(SLOW, { concurrency: 4 }).start();
    for (const payload of ['fails', 'hangs', 100, 'late']) await fixture.queue.add('crm', 'sync', payload);
    await fixture.clock.advance('1s');
    await stopped();
    await fixture.queue.close();
    await fixture.clock.advance('2m');
    expect(fixture.clock.pendingTimers()).toBe(0);
  });
});

describe('a driver that several queues of a process were given', () => {
  const ALL = 'one, after the other has come and gone';

  function shared(): { readonly driver: QueueDriver; readonly calls: string[] } {
    const driver = sqliteDriver({ file: ':memory:' });
    const calls: string[] = [];
    const [open, close] = [driver.open!.bind(driver), driver.close.bind(driver)];
    driver.open = (parts) => {
      calls.push('open');
      return open(parts);
    };
    driver.close = () => {
      calls.push('close');
      return close();
    };
    return { driver, calls };
  }

  it('is opened for the first, and closed with the last', async () => {
    const { driver, calls } = shared();
    const [one, other] = [new QueueFixture({}, { driver }), new QueueFixture({}, { driver })];
    await Promise.all([one.on('sync', async () => undefined).start(), other.start()]);
    await one.stop();
    expect(await other.queue.add('crm', 'sync', ALL)).toMatchObject({ added: true });
    expect(calls).toEqual(['open']);
    await other.stop();
    expect(calls).toEqual(['open', 'close']);
  });

  it('is opened again for one that comes after the last, as the next application of the same module', async () => {
    const { driver, calls } = shared();
    for (let round = 0; round < 3; round++) {
      const fixture = await new QueueFixture({}, { driver }).on('sync', async () => 'done').start();
      const { id } = await fixture.queue.add('crm', 'sync', ALL);
      await fixture.clock.advance('1s');
      expect(await fixture.shown(id)).toBe('completed');
      await fixture.stop();
    }
    expect(calls).toEqual(['open', 'close', 'open', 'close', 'open', 'close']);
  });
});

describe('a provider that is paused', () => {
  it.each([
    ['this process', true],
    ['another process', false],
  ])('has none of its jobs begin that wait for their turns, where %s pauses it', async (_, isOwn) => {
    const driver = sqliteDriver({ file: ':memory:' });
    const provider = { rateLimit: { limit: 1, per: '10s', burst: 1 } } as const;
    const fixture = new QueueFixture(provider, { driver, concurrency: 3 });
    const ran: unknown[] = [];
    await fixture.on('sync', async ({ payload }) => ran.push(payload)).start();
    const jobs = [1, 2, 3, 4, 5].map((payload) => ({ name: 'sync', payload }));
    await fixture.queue.addAll('crm', jobs);
    await fixture.clock.advance('1s');
    expect(ran).toEqual([1]);
    expect(await fixture.queue.counts('crm')).toMatchObject({ active: 2 });
    await (isOwn ? fixture.queue.pause('crm') : driver.pause('crm'));
    // Within one poll, as the process is told of nothing.
    await fixture.clock.advance(isOwn ? '1ms' : '500ms');
    expect(await fixture.queue.counts('crm')).toMatchObject({ active: 0, waiting: 4, paused: true });
    expect(fixture.queue.snapshot()[0]).toMatchObject({ running: 0, returned: 2 });
    const told = fixture.events.types.filter((type) => type !== 'queue.completed' && type !== 'queue.returned');
    expect(new Set(told)).toEqual(new Set(['queue.held']));
    await fixture.clock.advance('2m');
    expect(ran).toEqual([1]);
    await (isOwn ? fixture.queue.resume('crm') : driver.resume('crm'));
    await fixture.clock.advance('2m');
    expect(ran).toEqual([1, 2, 3, 4, 5]);
    expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 5 });
    await fixture.stop();
  });
});
