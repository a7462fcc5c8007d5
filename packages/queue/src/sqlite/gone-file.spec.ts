import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { QueueFixture } from '../sync-queue/queue.fixture.js';
import { sqliteDriver } from './sqlite-driver.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
  file = join(folder, 'queue.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const GONE = { name: 'QueueDriverError', code: 'GONE' };

const removed = () => ['', '-wal', '-shm'].forEach((suffix) => rmSync(file + suffix, { force: true }));
const fates: readonly (readonly [string, () => unknown])[] = [
  ['was removed', removed],
  ['was moved away', () => renameSync(file, `${file}.old`)],
  [
    'has another in its place',
    async () => {
      removed();
      const another = sqliteDriver({ file });
      await another.open?.({ clock: new TestClock() });
      await another.close();
    },
  ],
];
const connections = [
  ['its own connection', () => ({ file })],
  ['the application’s connection', () => ({ database: inWal(new Database(file)) })],
] as const;

/** Without a write-ahead log SQLite itself writes no more to a file that was moved. */
function inWal(db: Database.Database): Database.Database {
  db.exec('PRAGMA journal_mode = WAL');
  return db;
}

describe.each(connections)('a queue on %s', (_, place) => {
  it.each(fates)('whose file %s does the jobs that it has accepted, and accepts no other', async (_name, befall) => {
    const done: unknown[] = [];
    const fixture = new QueueFixture({}, { driver: sqliteDriver(place()) });
    await fixture.on('sync', ({ payload }) => void done.push(payload)).start();
    await fixture.queue.add('crm', 'sync', 'later', { delay: '1h' });
    await befall();
    await fixture.clock.advance('1s');
    await expect(fixture.queue.add('crm', 'sync', 'refused')).rejects.toMatchObject(GONE);
    const [shown] = fixture.queue.snapshot();
    expect(shown?.held).toMatch(/driver-unavailable: .*file was removed, moved or replaced while it was open/);
    await fixture.clock.advance('1h');
    expect(done).toEqual(['later']);
    expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 1, delayed: 0, active: 0 });
    await fixture.stop();
  });
});

it('a transaction of the application adds no job to a file that has gone', async () => {
  const clock = new TestClock();
  const fixture = new QueueFixture({}, { driver: sqliteDriver({ file }) }, clock);
  await fixture.start();
  const db = new Database(file);
  db.exec('CREATE TABLE orders (id TEXT)');
  renameSync(file, `${file}.old`);
  await clock.advance('1s');
  db.exec('BEGIN');
  expect(() => fixture.queue.within(db).add('crm', 'sync', {})).toThrow(/removed, moved or replaced/);
  db.exec('ROLLBACK');
  db.close();
  await fixture.stop();
});
