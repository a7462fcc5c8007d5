import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nextTick } from 'node:process';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import type { NewJob } from '../driver/queue-driver.js';
import { queueDriverContract } from '../testing/queue-driver-contract/queue-driver-contract.js';
import { sqliteDriver } from './sqlite-driver.js';

const JOB: NewJob = {
  id: 'one',
  provider: 'crm',
  name: 'order.created',
  tenant: '',
  key: undefined,
  payload: '{}',
  priority: 'normal',
  delayMs: 0,
  attempts: undefined,
};

describe('sqliteDriver', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
    file = join(folder, 'queue.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function open(options: Partial<Parameters<typeof sqliteDriver>[0]> = {}, clock = new TestClock()) {
    const driver = sqliteDriver({ file, ...options });
    await driver.open?.({ clock });
    return driver;
  }

  queueDriverContract(
    async () => {
      const clock = new TestClock();
      return { driver: await open({}, clock), elapse: (ms) => clock.advance(ms) };
    },
    { describe, it },
  );

  describe('on the application’s own connection', () => {
    queueDriverContract(
      async () => {
        const clock = new TestClock();
        const driver = sqliteDriver({ database: new Database(':memory:') });
        await driver.open?.({ clock });
        return { driver, elapse: (ms) => clock.advance(ms) };
      },
      { describe, it },
    );

    it('adds a job in its transaction, in memory as in a file', async () => {
      for (const database of [new Database(':memory:'), new Database(file)]) {
        const driver = sqliteDriver({ database });
        await driver.open?.({ clock: new TestClock() });
        database.exec('CREATE TABLE orders (id TEXT)');
        const place = (fails: boolean) =>
          database
            .transaction(() => {
              database.prepare('INSERT INTO orders VALUES (?)').run(['o-1']);
              void driver.addWithin!(database, [JOB]);
              if (fails) throw new Error('out of stock');
            })
            .immediate();
        expect(() => place(true)).toThrow('out of stock');
        expect(await driver.get('crm', 'one')).toBeUndefined();
        place(false);
        expect((await driver.get('crm', 'one'))?.state).toBe('waiting');
        await driver.close();
        expect(database.prepare('SELECT count(*) AS n FROM orders').get()).toMatchObject({ n: 1 });
        database.close();
      }
    });

    it('has no part in a transaction that the application holds over an await', async () => {
      const clock = new TestClock();
      const database = new Database(':memory:');
      const driver = sqliteDriver({ database, busyTimeout: '1s' });
      await driver.open?.({ clock });
      database.exec('BEGIN');
      const added = driver.add([JOB]);
      await clock.advance('500ms');
      database.exec('ROLLBACK');
      await clock.advance('100ms');
      expect(await added).toEqual([{ id: 'one', added: true }]);
      database.exec('BEGIN');
      const refused = driver.claim('crm', { limit: 1, leaseMs: 1000 }).catch((error: unknown) => error);
      await clock.advance('2s');
      expect(await refused).toMatchObject({ code: 'SQLITE_BUSY', message: expect.stringMatching(/in a transaction/) });
      database.exec('ROLLBACK');
      await driver.close();
      database.close();
    });

    it('says what is wrong with it', () => {
      expect(() => sqliteDriver({ database: {} as never })).toThrow(/open connection of libsql or better-sqlite3/);
      expect(() => sqliteDriver({ file, database: new Database(':memory:') })).toThrow(/expected one of them/);
      const busy = new Database(':memory:');
      busy.exec('BEGIN');
      expect(() => sqliteDriver({ database: busy }).open?.({ clock: new TestClock() })).toThrow(/in a transaction/);
    });
  });

  it('has every process obey what an operator does in one of them', async () => {
    const [one, other] = [await open(), await open()];
    await one.add([JOB]);
    await one.pause('crm');
    expect(await other.claim('crm', { limit: 1, leaseMs: 1000 })).toMatchObject({ paused: true, jobs: [] });
    await other.resume('crm');
    const [job] = (await one.claim('crm', { limit: 1, leaseMs: 1000 })).jobs;
    const history = { at: 0, attempt: 1, failure: 'failed', reason: 'no' } as const;
    await one.settle([{ job: job!, to: 'dead', history }]);
    expect(await other.replay('crm', 'one')).toBe(true);
    expect((await one.claim('crm', { limit: 1, leaseMs: 1000 })).jobs).toHaveLength(1);
    await one.close();
    await other.close();
  });

  it('lets the process go on while it counts and lists, with the jobs that were just added among them', async () => {
    const driver = await open();
    await driver.add([JOB]);
    let turns = 0;
    // Comes after the microtasks of this turn, to which a query on this thread would be one.
    const passing = async <T>(work: Promise<T>): Promise<T> => {
      nextTick(() => turns++);
      return work;
    };
    expect(await passing(driver.counts('crm'))).toMatchObject({ waiting: 1, dead: 0, paused: false });
    expect(turns).toBeGreaterThan(0);
    turns = 0;
    expect(await passing(driver.list('crm', { state: 'waiting' }))).toMatchObject([{ id: 'one' }]);
    expect(turns).toBeGreaterThan(0);
    await driver.close();
    await expect(driver.counts('crm')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('says everything that is wrong with its options at once', () => {
    const options = { file: '/no/such/place/q', tablePrefix: 'a-b' };
    expect(() => sqliteDriver(options)).toThrow(/directory that exists[^]*letters, digits and _/);
    expect(() => sqliteDriver({} as never)).toThrow(/file/);
  });

  it('keeps a new file for its owner alone', async () => {
    const driver = await open();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await driver.close();
  });

  it('keeps jobs over restarts, in the application’s own file beside its tables', async () => {
    const app = new Database(file);
    app.exec('CREATE TABLE orders (id TEXT)');
    const driver = await open();
    await driver.add([JOB]);
    await driver.close();
    const again = await open();
    expect((await again.get('crm', 'one'))?.state).toBe('waiting');
    expect(app.prepare('SELECT count(*) AS n FROM orders').get()).toMatchObject({ n: 0 });
    await again.close();
    app.close();
  });

  it('adds a job in the transaction of the application: order and job, or neither', async () => {
    const app = new Database(file);
    const driver = await open();
    app.exec('CREATE TABLE orders (id TEXT)');
    const place = (fails: boolean) =>
      app
        .transaction(() => {
          app.prepare('INSERT INTO orders VALUES (?)').run(['o-1']);
          void driver.addWithin!(app, [JOB]);
          if (fails) throw new Error('out of stock');
        })
        .immediate();
    expect(() => place(true)).toThrow('out of stock');
    expect(await driver.get('crm', 'one')).toBeUndefined();
    place(false);
    expect((await driver.get('crm', 'one'))?.state).toBe('waiting');
    expect(app.prepare('SELECT count(*) AS n FROM orders').get()).toMatchObject({ n: 1 });
    app.close();
    await driver.close();
  });

  it('adds as savepoints have it, and says at once that the lock is another’s', async () => {
    const driver = await open();
    const [app, other] = [new Database(file), new Database(file)];
    app.exec('BEGIN IMMEDIATE');
    void driver.addWithin!(app, [{ ...JOB, id: 'kept' }]);
    app.exec('SAVEPOINT before');
    void driver.addWithin!(app, [{ ...JOB, id: 'rolled back' }]);
    app.exec('ROLLBACK TO before');
    // A transaction that is deferred has no lock until it writes.
    other.exec('BEGIN');
    expect(() => driver.addWithin!(other, [JOB])).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY' }));
    other.exec('ROLLBACK');
    app.exec('COMMIT');
    // One that has read before another wrote sees what no longer stands.
    other.exec('BEGIN');
    other.prepare('SELECT count(*) FROM sync_jobs').all();
    await driver.add([{ ...JOB, id: 'meanwhile' }]);
    expect(() => driver.addWithin!(other, [JOB])).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY_SNAPSHOT' }));
    other.exec('ROLLBACK');
    expect((await driver.list('crm', { state: 'waiting' })).map(({ id }) => id)).toEqual(['kept', 'meanwhile']);
    app.close();
    other.close();
    await driver.close();
  });

  it('adds in no transaction that is not one of its file', async () => {
    const driver = await open();
    const app = new Database(file);
    const other = new Database(join(folder, 'other.sqlite'));
    expect(() => driver.addWithin!(app, [JOB])).toThrow(/in no transaction/);
    other.exec('BEGIN IMMEDIATE');
    expect(() => driver.addWithin!(other, [JOB])).toThrow(/another file/);
    expect(() => driver.addWithin!({}, [JOB])).toThrow(/connection of libsql/);
    const inMemory = await open({ file: ':memory:' });
    expect(() => inMemory.addWithin!(other, [JOB])).toThrow(/in memory.*sqliteDriver\(\{ database \}\)/);
    await inMemory.close();
    app.close();
    other.close();
    await driver.close();
  });

  it('waits for a lock that another process holds, and rejects after busyTimeout without having added anything', async () => {
    const clock = new TestClock();
    const driver = await open({ busyTimeout: '1s' }, clock);
    const app = new Database(file);
    app.exec('BEGIN IMMEDIATE');
    const refused = driver.add([JOB]).catch((error: unknown) => error);
    await clock.advance('2s');
    expect(String(await refused)).toMatch(/SQLITE_BUSY/);
    const waiting = driver.add([JOB]);
    app.exec('ROLLBACK');
    await clock.advance('1s');
    expect(await waiting).toEqual([{ id: 'one', added: true }]);
    app.close();
    await driver.close();
  });

  it('refuses jobs with a clear error when the disk is full, and takes them when there is room again', async () => {
    const driver = await open();
    const { db } = (driver as unknown as { session: { db: Database.Database } }).session;
    const [pages] = db.prepare('PRAGMA page_count').raw().get() as [number];
    db.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const large = { ...JOB, payload: JSON.stringify('x'.repeat(100_000)) };
    await expect(driver.add([large])).rejects.toMatchObject({ code: 'SQLITE_FULL', name: 'QueueDriverError' });
    expect(await driver.get('crm', 'one')).toBeUndefined();
    db.exec(`PRAGMA max_page_count = ${pages + 1000}`);
    expect(await driver.add([large])).toEqual([{ id: 'one', added: true }]);
    await driver.close();
  });

  it('keeps of many completed jobs as many as it is told, each provider its own', async () => {
    const clock = new TestClock();
    const driver = await open({ completed: { count: 1200 } }, clock);
    const providers = ['crm', 'erp'];
    for (const provider of providers) {
      await driver.add(Array.from({ length: 2000 }, (_, i) => ({ ...JOB, provider, id: `${provider}-${i}` })));
    }
    const fewest = new Map(providers.map((provider) => [provider, Infinity]));
    for (let settled = 0; settled < 2000; settled += 50) {
      await clock.advance(1);
      for (const provider of providers) {
        const { jobs } = await driver.claim(provider, { limit: 50, leaseMs: 1000 });
        await driver.settle(jobs.map((job) => ({ job, to: 'completed', result: undefined })));
        // Comes after the look at what is to be removed.
        const { completed } = await driver.counts(provider);
        if (settled >= 1200) fewest.set(provider, Math.min(fewest.get(provider)!, completed));
      }
    }
    for (const provider of providers) {
      expect(fewest.get(provider)).toBeGreaterThanOrEqual(1200);
      expect((await driver.counts(provider)).completed).toBeLessThan(1200 + 2 * 256);
    }
    await driver.close();
  });

  it.each([20, 1200])('keeps the newest %i completed jobs where more of them end together', async (count) => {
    const clock = new TestClock();
    const driver = await open({ completed: { count } }, clock);
    const together = count + 300;
    for (let round = 1; round <= 4; round++) {
      const jobs = Array.from({ length: together }, (_, i) => ({ ...JOB, id: `${round}-${i}` }));
      await driver.add(jobs);
      const claimed = (await driver.claim('crm', { limit: together, leaseMs: 1000 })).jobs;
      await driver.settle(claimed.map((job) => ({ job, to: 'completed', result: undefined })));
      // Comes after the look at what is to be removed; the next settlement removes it.
      expect((await driver.counts('crm')).completed).toBeLessThan(3 * together);
      await driver.add([{ ...JOB, id: `last-${round}` }]);
      const [last] = (await driver.claim('crm', { limit: 1, leaseMs: 1000 })).jobs;
      await driver.settle([{ job: last!, to: 'completed', result: undefined }]);
      expect((await driver.add(jobs)).some(({ added }) => added)).toBe(false);
      await clock.advance('1s');
    }
    await driver.close();
  });

  it('keeps no completed job where it is told to keep none', async () => {
    const driver = await open({ completed: { count: 0 } });
    await driver.add([JOB, { ...JOB, id: 'two' }]);
    const { jobs } = await driver.claim('crm', { limit: 2, leaseMs: 1000 });
    await driver.settle(jobs.map((job) => ({ job, to: 'completed', result: undefined })));
    expect(await driver.counts('crm')).toMatchObject({ completed: 0 });
    await driver.close();
  });

  it.each([
    ['age', { age: '1m', count: 1000 }],
    ['number', { age: '1d', count: 10 }],
  ] as const)('forgets completed jobs by %s, and no others', async (_, completed) => {
    const clock = new TestClock();
    const driver = await open({ completed }, clock);
    await driver.add([{ ...JOB, id: 'dead' }]);
    const [dead] = (await driver.claim('crm', { limit: 1, leaseMs: 1000 })).jobs;
    const history = { at: 0, attempt: 1, failure: 'failed', reason: 'no' } as const;
    await driver.settle([{ job: dead!, to: 'dead', history }]);
    for (let round = 0; round < 120; round++) {
      await driver.add([{ ...JOB, id: `done-${round}` }]);
      const { jobs } = await driver.claim('crm', { limit: 9, leaseMs: 1000 });
      await driver.settle(jobs.map((job) => ({ job, to: 'completed', result: undefined })));
      await clock.advance('5s');
    }
    const counts = await driver.counts('crm');
    expect(counts.dead).toBe(1);
    expect(counts.completed).toBeLessThanOrEqual(25);
    expect(counts.completed).toBeGreaterThanOrEqual(10);
    await driver.close();
  });

  it('refuses tables that a newer release has written, and every operation once it is closed', async () => {
    const driver = await open();
    await driver.close();
    await expect(driver.add([JOB])).rejects.toMatchObject({ code: 'CLOSED' });
    const app = new Database(file);
    app.exec('UPDATE sync_schema SET version = 99');
    app.close();
    await expect(open()).rejects.toThrow(/version 99/);
  });
});
