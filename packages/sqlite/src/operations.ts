import type { AdvanceResult, CountResult, Entry, PutCondition, PutResult, SlidingWindow } from '@breakwater/core';
import { requireCount, slidingCount, type Slice } from '@breakwater/core/adapter';
import type { ClockRow, CountRow, EntryRow, Statements } from './prepare-statements.js';
import { first } from './statements.js';
import { storedText, textOf } from './stored-text.js';

/** The operations of the store, each inside a transaction that has been begun, at the time `now`. */

interface Held {
  readonly version: number;
  readonly value: string | Buffer;
  readonly writtenAt: number;
}

/** An entry, without a transaction; `'written-later'` where the clock was put back, which takes a write to mend. */
export function readEntry(sql: Statements, key: string, now: number): Entry | undefined | 'written-later' {
  const row = first<EntryRow>(sql.entry, [storedText(key, 'the key')]);
  if (row === undefined) return undefined;
  if (row[2] > now) return 'written-later';
  const held = live(row, now);
  return held && entryOf(held, now);
}

export function getEntry(sql: Statements, key: string, now: number): Entry | undefined {
  const held = heldAt(sql, key, now);
  return held && entryOf(held, now);
}

export function putEntry(
  sql: Statements,
  now: number,
  { key, value, when }: { key: string; value: string; when: { ttlMs: number; if: PutCondition } },
): PutResult {
  const stored = storedText(value, 'the value');
  const expiresAt = now + numeric(when.ttlMs, 'ttlMs');
  const held = heldAt(sql, key, now);
  if (!allows(when.if, held)) return { standing: held && entryOf(held, now) };
  const [version] = first<[number]>(sql.write, [storedText(key, 'the key'), stored, now, expiresAt])!;
  return { written: { value, version: String(version), ageMs: 0 } };
}

export function deleteEntry(
  sql: Statements,
  now: number,
  { key, when }: { key: string; when: { version: string } | undefined },
): boolean {
  const held = heldAt(sql, key, now);
  if (held === undefined || (when && when.version !== String(held.version))) return false;
  sql.remove.run([held.version]);
  return true;
}

export function advanceClock(
  sql: Statements,
  now: number,
  { key, byMs, windowMs }: { key: string; byMs: number; windowMs: number },
): AdvanceResult {
  const standing = aheadAt(sql, key, now);
  const ahead = standing + numeric(byMs, 'byMs');
  if (ahead > numeric(windowMs, 'windowMs')) {
    return { admitted: false, aheadMs: standing, retryAfterMs: ahead - windowMs };
  }
  setAhead(sql, key, ahead, now);
  return { admitted: true, aheadMs: ahead, retryAfterMs: 0 };
}

export function countCalls(
  sql: Statements,
  now: number,
  { key, by, window }: { key: string; by: number; window: SlidingWindow },
): CountResult {
  requireCount(by, window, 'SqliteStore');
  const { counted, result } = slidingCount(countedAt(sql, key, now), by, { window, now });
  setCounted(sql, key, { counted, windowMs: window.windowMs, now });
  return result;
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
