import type {
  AdvanceResult,
  Bus,
  CountResult,
  Entry,
  PutCondition,
  PutResult,
  SlidingWindow,
  Store,
} from '@breakwater/core';
import { DEFAULT_SLICES, portableText, requireCount, textOfPortable, withTimeLimit } from '@breakwater/core/adapter';
import { PostgresBus } from './postgres-bus.js';
import { requireClient, type PostgresClient, type PostgresPool } from './postgres-client.js';
import { PostgresStoreError } from './postgres-store.error.js';
import {
  readPostgresStoreOptions,
  type PostgresStoreOptions,
  type PostgresStoreSettings,
} from './postgres-store.options.js';
import { statementsFor, type Statements } from './statements.js';

/**
 * State that many hosts share, in the Postgres that the user runs, over the user's own `pg` pool, which the user
 * closes. Each operation is one statement: one round trip, atomic, by the server's clock. Needs Postgres 13 or later
 * and `migrate(pool)`; prepares nothing, so it runs behind pgbouncer in transaction mode (the bus does not).
 *
 * Operations reject with a `PostgresStoreError` when the server cannot be reached or does not answer within `timeout`.
 */
export class PostgresStore implements Store {
  readonly shared = true;
  readonly bus: Bus;
  private readonly settings: PostgresStoreSettings;
  private sql: Statements;
  private closed = false;

  constructor(
    private readonly pool: PostgresPool,
    private readonly options: PostgresStoreOptions = {},
  ) {
    requireClient(pool, 'a pool of pg (new Pool(…))');
    this.settings = readPostgresStoreOptions(options);
    this.sql = statementsFor(this.settings.schema, false);
    this.bus = new PostgresBus(pool, this.settings);
  }

  /**
   * The same store inside the transaction that `client` has begun: what it writes is committed or rolled back with the
   * rest. A row that it wrote is locked until then, so other hosts wait for it, up to their `timeout`.
   */
  within(client: PostgresClient): Store {
    requireClient(client, 'the client of your transaction (await pool.connect())');
    const within = new PostgresStore(
      { query: (...asked) => client.query(...asked), connect: () => this.pool.connect() },
      this.options,
    );
    within.sql = statementsFor(this.settings.schema, true);
    return within;
  }

  async get(key: string): Promise<Entry | undefined> {
    const [row] = await this.run<EntryRow>(this.sql.get, [keyText(key)]);
    return row && entryOf(row);
  }

  async put(
    key: string,
    value: string,
    { ttlMs, if: condition }: { ttlMs: number; if: PutCondition },
  ): Promise<PutResult> {
    const [kind, version] =
      typeof condition === 'string' ? [condition, null] : ['version', versionText(condition.version)];
    const values = [keyText(key), portableText(value), numeric(ttlMs, 'ttlMs'), kind, version];
    const row = (await this.run<EntryRow & { written: boolean }>(this.sql.put, values))[0]!;
    if (row.written) return { written: { value, version: row.version!, ageMs: 0 } };
    return { standing: row.version === null ? undefined : entryOf(row) };
  }

  async delete(key: string, when?: { version: string }): Promise<boolean> {
    const version = when === undefined ? null : versionText(when.version);
    return (await this.run(this.sql.delete, [keyText(key), version])).length > 0;
  }

  async advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult> {
    const values = [keyText(key), numeric(byMs, 'byMs'), numeric(windowMs, 'windowMs')];
    const row = (await this.run<AdvanceRow>(this.sql.advance, values))[0]!;
    return { admitted: row.admitted, aheadMs: row.ahead_ms, retryAfterMs: row.retry_after_ms };
  }

  async count(key: string, by: number, window: SlidingWindow): Promise<CountResult> {
    requireCount(by, window, 'PostgresStore');
    const values = [keyText(key), by, window.limit, window.windowMs, window.slices ?? DEFAULT_SLICES];
    const row = (await this.run<CountRow>(this.sql.count, values))[0]!;
    return { admitted: row.admitted, used: row.used, retryAfterMs: row.retry_after_ms };
  }

  /** Ends the bus. The pool stays open: it is the user's. */
  async close(): Promise<void> {
    this.closed = true;
    await this.bus.close();
  }

  private async run<Row>(text: string, values: unknown[]): Promise<Row[]> {
    if (this.closed) throw new PostgresStoreError('CLOSED', 'it has been closed');
    const { clock, timeoutMs } = this.settings;
    try {
      const asked = this.pool.query(text, values);
      return (
        await withTimeLimit(asked, {
          clock,
          timeoutMs,
          onTimeout: () => PostgresStoreError.timedOut(timeoutMs, this.pool.waitingCount),
        })
      ).rows as Row[];
    } catch (error) {
      throw PostgresStoreError.of(error);
    }
  }
}

/** `version` is null where nothing stands. A bigint, which pg returns as text. */
interface EntryRow {
  readonly value: string;
  readonly version: string | null;
  readonly age_ms: number;
}

interface AdvanceRow {
  readonly admitted: boolean;
  readonly ahead_ms: number;
  readonly retry_after_ms: number;
}

interface CountRow {
  readonly admitted: boolean;
  readonly used: number;
  readonly retry_after_ms: number;
}

function entryOf({ value, version, age_ms }: EntryRow): Entry {
  return { value: textOfPortable(value), version: version!, ageMs: age_ms };
}

function keyText(key: string): string {
  if (typeof key !== 'string') throw new TypeError(`PostgresStore: expected the key to be a string, got ${typeof key}`);
  return portableText(key);
}

/** A version of another store is no version of ours: 0 stands for one that no record has. */
function versionText(version: string): string {
  return /^\d{1,18}$/.test(version) ? version : '0';
}

/** Three hundred years: longer times would leave the range of timestamps. */
const LONGEST_MS = 1e13;

function numeric(value: number, what: string): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return Math.min(Math.max(value, -LONGEST_MS), LONGEST_MS);
  throw new TypeError(`PostgresStore: expected ${what} to be a number of milliseconds, got ${String(value)}`);
}
