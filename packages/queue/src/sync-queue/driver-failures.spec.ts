import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import type { QueueDriver, Settlement } from '../driver/queue-driver.js';
import { sqliteDriver } from '../sqlite/sqlite-driver.js';
import { QueueFixture } from './queue.fixture.js';

describe.each([
  { how: 'together', settlesSingly: false },
  { how: 'one by one', settlesSingly: true },
])('a driver that fails, and ends claims $how', ({ settlesSingly }) => {
  let fixture: QueueFixture;
  afterEach(() => fixture.stop());

  const openDriver = (): QueueDriver => Object.assign(sqliteDriver({ file: ':memory:' }), { settlesSingly });

  const FULL = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });

  it('has no job run again whose end it cannot write down, and begins no others meanwhile', async () => {
    const driver = openDriver();
    const settle = driver.settle.bind(driver);
    let isFull = true;
    driver.settle = (settlements: readonly Settlement[]) => (isFull ? Promise.reject(FULL) : settle(settlements));
    let runs = 0;
    fixture = new QueueFixture({}, { driver, concurrency: 4 });
    await fixture.on('sync', async () => runs++).start();
    await fixture.queue.addAll(
      'crm',
      Array.from({ length: 20 }, (_, payload) => ({ name: 'sync', payload })),
    );
    await fixture.clock.advance('2m');
    expect(runs).toBe(4);
    expect(fixture.queue.snapshot()[0]).toMatchObject({
      held: 'driver-unavailable: database or disk is full',
      running: 4,
    });
    isFull = false;
    await fixture.clock.advance('10s');
    expect(runs).toBe(20);
    expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 20 });
    expect(fixture.events.types.filter((type) => type !== 'queue.completed')).toEqual(['queue.held', 'queue.resumed']);
  });

  it('has no job run again that comes back as its end could not be written until its lease had ended', async () => {
    const driver = openDriver();
    const [settle, renew] = [driver.settle.bind(driver), driver.renew.bind(driver)];
    let isFull = true;
    driver.settle = (settlements: readonly Settlement[]) => (isFull ? Promise.reject(FULL) : settle(settlements));
    driver.renew = (...given) => (isFull ? Promise.reject(FULL) : renew(...given));
    let runs = 0;
    fixture = new QueueFixture({}, { driver, concurrency: 4, lease: '30s' });
    await fixture.on('sync', async () => ++runs).start();
    const { id } = await fixture.queue.add('crm', 'sync', {});
    await fixture.clock.advance('2m');
    isFull = false;
    await fixture.clock.advance('10s');
    expect(await fixture.queue.get('crm', id)).toMatchObject({ state: 'completed', result: 1 });
    expect(runs).toBe(1);
    expect(fixture.events.ofType('queue.completed')).toHaveLength(1);
  });

  it('is asked again once a second, and told of once', async () => {
    const driver = openDriver();
    const claim = driver.claim.bind(driver);
    let asked = 0;
    driver.claim = (...given) => (++asked < 30 ? Promise.reject(FULL) : claim(...given));
    let runs = 0;
    fixture = new QueueFixture({}, { driver });
    await fixture.on('sync', async () => runs++).start();
    await fixture.clock.advance('10s');
    expect(asked).toBeLessThanOrEqual(11);
    await fixture.queue.add('crm', 'sync', {});
    await fixture.clock.advance('30s');
    expect(runs).toBe(1);
    expect(fixture.events.ofType('queue.held')).toHaveLength(1);
  });

  it('writes down the ends of other jobs while it refuses that of one', async () => {
    const driver = openDriver();
    const settle = driver.settle.bind(driver);
    driver.settle = (settlements: readonly Settlement[]) =>
      settlements.some(({ job }) => job.payload === '3') ? Promise.reject(new Error('too large')) : settle(settlements);
    fixture = new QueueFixture({}, { driver, concurrency: 5 });
    await fixture.on('sync', async () => undefined).start();
    const jobs = Array.from({ length: 40 }, (_, payload) => ({ name: 'sync', payload }));
    await fixture.queue.addAll('crm', jobs);
    await fixture.clock.advance('1m');
    expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 39, active: 1, waiting: 0 });
    expect(fixture.queue.snapshot()[0]).toMatchObject({ held: 'driver-unavailable: too large', running: 1 });
  });

  it('gets back the jobs that it was handing out while the application closed', async () => {
    const driver = openDriver();
    const claim = driver.claim.bind(driver);
    let runs = 0;
    fixture = new QueueFixture({}, { driver, grace: '5s' });
    await fixture.on('sync', async () => runs++).start();
    driver.claim = async (...given) => {
      const claimed = await claim(...given);
      await fixture.clock.sleep(500);
      return claimed;
    };
    const { id } = await fixture.queue.add('crm', 'sync', {});
    await fixture.clock.advance('100ms');
    expect(await fixture.shown(id)).toBe('active');
    const stopped = fixture.queue.stop();
    await fixture.clock.advance('1s');
    expect(await stopped).toBe(0);
    expect(await fixture.shown(id)).toBe('waiting');
    expect(runs).toBe(0);
  });

  it('has a lease that cannot be renewed abort its job before another worker gets it', async () => {
    const driver = openDriver();
    driver.renew = () => Promise.reject(FULL);
    const reasons: unknown[] = [];
    fixture = new QueueFixture({}, { driver, lease: '3s' });
    const run = ({ signal }: { signal: AbortSignal }) =>
      fixture.clock.sleep(60_000, signal).catch((error: unknown) => {
        reasons.push([fixture.clock.now(), String(error)]);
        throw error;
      });
    await fixture.on('sync', run, { timeout: '5m' }).start();
    await fixture.queue.add('crm', 'sync', {});
    await fixture.clock.advance('3100ms');
    expect(reasons).toEqual([[3000, "SyncJobLostError: the lease of 'sync' is lost"]]);
  });
});

it('has no job wait for the end of another to be written, where the driver ends claims one by one', async () => {
  const driver = Object.assign(sqliteDriver({ file: ':memory:' }), { settlesSingly: true });
  const settle = driver.settle.bind(driver);
  const fixture = new QueueFixture({}, { driver, concurrency: 2 });
  driver.settle = async (settlements: readonly Settlement[]) => {
    if (settlements[0]!.job.payload === '0') await fixture.clock.sleep(60_000);
    return settle(settlements);
  };
  const ran: unknown[] = [];
  await fixture.on('sync', async ({ payload }) => ran.push(payload)).start();
  await fixture.queue.addAll(
    'crm',
    Array.from({ length: 6 }, (_, payload) => ({ name: 'sync', payload })),
  );
  await fixture.clock.advance('1s');
  expect(ran).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 5, active: 1 });
  await fixture.stop();
});

it('goes on by itself after a transaction of the application that held the lock of a SQLite file for minutes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
  const file = join(folder, 'queue.sqlite');
  const fixture = new QueueFixture({}, { driver: sqliteDriver({ file }), concurrency: 3 });
  const ran: unknown[] = [];
  await fixture
    .on('sync', async ({ payload }) => {
      await fixture.clock.sleep(500);
      ran.push(payload);
    })
    .start();
  const jobs = Array.from({ length: 6 }, (_, payload) => ({ name: 'sync', payload }));
  await fixture.queue.addAll('crm', jobs);
  await fixture.clock.advance('100ms');
  const app = new Database(file);
  app.exec('BEGIN IMMEDIATE');
  await fixture.clock.advance('2m');
  expect(fixture.queue.snapshot()[0]?.held).toMatch(/^driver-unavailable: .*locked/);
  expect(ran).toEqual([0, 1, 2]);
  app.exec('COMMIT');
  app.close();
  await fixture.clock.advance('20s');
  expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 6 });
  expect(ran.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  await fixture.stop();
  rmSync(folder, { recursive: true, force: true });
});
