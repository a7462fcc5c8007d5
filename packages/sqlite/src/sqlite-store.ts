import type {
  AdvanceResult,
  Clock,
  CountResult,
  Entry,
  PutCondition,
  PutResult,
  SlidingWindow,
  Store,
} from '@breakwater/core';
import { requireCount, slidingCount, type Slice } from '@breakwater/core/adapter';
import type Database from 'libsql';
import { openDatabase } from './open-database.js';
import { isBusy, SqliteStoreError } from './sqlite-store.error.js';
import { readSqliteStoreOptions, type SqliteStoreOptions } from './sqlite-store.options.js';
import {
  first,
  prepareStatements,
  type ClockRow,
  type CountRow,
  type EntryRow,
  type Statements,
} from './prepare-statements.js';
import { storedText, textOf } from './stored-text.js';

/** The longest pause between two tries for a lock. */
const LONGEST_PAUSE_MS = 25;

interface Held {
  readonly version: number;
  readonly value: string | Buffer;
  readonly writtenAt: number;
}

/**
 * State of one host, in a file that several processes may open. An operation that has answered survives the death of
 * every process. Each operation that writes is one transaction, which takes the lock before it reads the time. Sets no
 * timer but while it waits for the lock: each write sweeps a few expired rows.
 *
 * Throws a `ResilienceConfigurationError` for options that cannot be used, and a `SqliteStoreError` for such a file.
 */
export class SqliteStore implements Store {
  private readonly file: string;
  private readonly clock: Clock;
  private readonly busyTimeoutMs: number;
  private readonly db: Database.Database;
  private statements: Statements | undefined;

  constructor(options: SqliteStoreOptions) {
    const settings = readSqliteStoreOptions(options);
    this.file = settings.file;
    this.clock = settings.clock;
    this.busyTimeoutMs = settings.busyTimeout;
    this.db = openDatabase(settings);
    this.statements = prepareStatements(this.db);
  }

  get(key: string): Promise<Entry | undefined> {
    return this.operation((sql) => {
      const row = first<EntryRow>(sql.entry, [storedText(key, 'the key')]);
      if (row === undefined) return undefined;
      const now = this.clock.wallNow();
      const held = row[2] > now ? this.transaction(sql, (now) => heldAt(sql, key, now)) : live(row, now);
      return held && entryOf(held, now);
    });
  }

  put(key: string, value: string, when: { ttlMs: number; if: PutCondition }): Promise<PutResult> {
    return this.writing((sql, now): PutResult => {
      const stored = storedText(value, 'the value');
      const expiresAt = now + numeric(when.ttlMs, 'ttlMs');
      const held = heldAt(sql, key, now);
      if (!allows(when.if, held)) return { standing: held && entryOf(held, now) };
      const [version] = first<[number]>(sql.write, [storedText(key, 'the key'), stored, now, expiresAt])!;
      sql.sweep.run([now]);
      return { written: { value, version: String(version), ageMs: 0 } };
    });
  }

  delete(key: string, when?: { version: string }): Promise<boolean> {
    return this.writing((sql, now) => {
      const held = heldAt(sql, key, now);
      if (held === undefined || (when && when.version !== String(held.version))) return false;
      sql.remove.run([held.version]);
      return true;
    });
  }

  advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult> {
    return this.writing((sql, now) => {
      const standing = aheadAt(sql, key, now);
      const ahead = standing + numeric(byMs, 'byMs');
      if (ahead > numeric(windowMs, 'windowMs')) {
        return { admitted: false, aheadMs: standing, retryAfterMs: ahead - windowMs };
      }
      setAhead(sql, key, ahead, now);
      sql.sweepClocks.run([now]);
      return { admitted: true, aheadMs: ahead, retryAfterMs: 0 };
    });
  }

  count(key: string, by: number, window: SlidingWindow): Promise<CountResult> {
    return this.writing((sql, now) => {
      requireCount(by, window, 'SqliteStore');
      const { counted, result } = slidingCount(countedAt(sql, key, now), by, { window, now });
      setCounted(sql, key, { counted, windowMs: window.windowMs, now });
      sql.sweepCounted.run([now]);
      return result;
    });
  }

  /**
   * Brings everything to the disk. Every later operation rejects. The file itself is let go of once the store's
   * statements are collected as garbage: libsql ends them in no other way.
   */
  async close(): Promise<void> {
    if (this.statements === undefined) return;
    this.statements = undefined;
    try {
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Another process is at work: the log stays, and the next process to open the file reads it.
    }
    this.db.close();
  }

  private writing<T>(work: (sql: Statements, now: number) => T): Promise<T> {
    return this.operation((sql) => this.transaction(sql, (now) => work(sql, now)));
  }

  /**
   * Waits for the lock without blocking the process. A refused lock has changed nothing, so the whole is done again.
   */
  private async operation<T>(work: (sql: Statements) => T): Promise<T> {
    let giveUpAt: number | undefined;
    for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      if (this.statements === undefined) throw new SqliteStoreError(this.file, 'STORE_CLOSED', 'it has been closed');
      try {
        return work(this.statements);
      } catch (error) {
        giveUpAt ??= this.clock.now() + this.busyTimeoutMs;
        if (!isBusy(error) || this.clock.now() >= giveUpAt) throw SqliteStoreError.of(this.file, error);
      }
      await this.clock.sleep(pauseMs);
    }
  }

  /** The time is read under the lock, so that no write is later. */
  private transaction<T>(sql: Statements, work: (now: number) => T): T {
    sql.begin.run();
    try {
      const result = work(this.clock.wallNow());
      sql.commit.run();
      return result;
    } catch (error) {
      if (this.db.inTransaction) sql.rollback.run();
      throw error;
    }
  }
}

/**
 * The entry of a key. One that was written later than now tells that the clock was put back: it is taken as written
 * now.
 */
function heldAt(sql: Statements, key: string, now: number): Held | undefined {
  const row = first<EntryRow>(sql.entry, [storedText(key, 'the key')]);
  if (row === undefined) return undefined;
  const [version, value, writtenAt, expiresAt] = row;
  if (writtenAt <= now) return live(row, now);
  const redated: EntryRow = [version, value, now, now + (expiresAt - writtenAt)];
  sql.redate.run([redated[2], redated[3], version]);
  return live(redated, now);
}

function live([version, value, writtenAt, expiresAt]: EntryRow, now: number): Held | undefined {
  return expiresAt > now ? { version, value, writtenAt } : undefined;
}

/**
 * How far a virtual clock is ahead of now, where nothing or the past is 0. A clock that was put back does not put it
 * ahead.
 */
function aheadAt(sql: Statements, key: string, now: number): number {
  const row = first<ClockRow>(sql.clock, [storedText(key, 'the key')]);
  if (row === undefined) return 0;
  const [writtenAt, ahead] = row;
  if (writtenAt <= now) return Math.max(0, ahead - (now - writtenAt));
  setAhead(sql, key, ahead, now);
  return ahead;
}

function setAhead(sql: Statements, key: string, ahead: number, now: number): void {
  const stored = storedText(key, 'the key');
  if (ahead > 0) sql.writeClock.run([stored, now, ahead, now + ahead]);
  else sql.removeClock.run([stored]);
}

/** The count of a key. When the clock was put back, its slices move with it. */
function countedAt(sql: Statements, key: string, now: number): readonly Slice[] {
  const row = first<CountRow>(sql.counted, [storedText(key, 'the key')]);
  if (row === undefined) return [];
  const slices = JSON.parse(row[0]) as readonly Slice[];
  const behindMs = row[1] - now;
  return behindMs > 0 ? slices.map(([endsAt, amount]) => [endsAt - behindMs, amount] as const) : slices;
}

function setCounted(
  sql: Statements,
  key: string,
  { counted, windowMs, now }: { counted: readonly Slice[]; windowMs: number; now: number },
): void {
  const stored = storedText(key, 'the key');
  const last = counted.at(-1);
  if (last === undefined) sql.removeCounted.run([stored]);
  else sql.writeCounted.run([stored, JSON.stringify(counted), now, last[0] + windowMs]);
}

function allows(condition: PutCondition, held: Held | undefined): boolean {
  if (condition === 'always') return true;
  if (condition === 'absent') return held === undefined;
  return held !== undefined && String(held.version) === condition.version;
}

function entryOf({ version, value, writtenAt }: Held, now: number): Entry {
  return { value: textOf(value), version: String(version), ageMs: Math.max(0, now - writtenAt) };
}

/** libsql ends the process when it is given what it cannot bind. */
function numeric(value: number, what: string): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new TypeError(`SqliteStore: expected ${what} to be a number of milliseconds, got ${String(value)}`);
}
