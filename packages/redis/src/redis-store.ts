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
import { RedisBus } from './redis-bus.js';
import { requireClient, type RedisClient } from './redis-client.js';
import { RedisStoreError } from './redis-store.error.js';
import { readRedisStoreOptions, type RedisStoreOptions, type RedisStoreSettings } from './redis-store.options.js';
import { SCRIPTS, type Script } from './scripts.js';

/**
 * State that many hosts share, over the user's own ioredis client (single or cluster), which the user closes. Each
 * operation is one script over one key: one round trip, atomic, by the server's clock. Needs Redis 6.2 or later, or
 * Valkey, with `maxmemory-policy noeviction`. A failover may lose the last writes: Redis replicates asynchronously.
 *
 * Operations reject with a `RedisStoreError` when the server cannot be reached or does not answer within `timeout`.
 */
export class RedisStore implements Store {
  readonly shared = true;
  readonly bus: Bus;
  private readonly settings: RedisStoreSettings;
  private closed = false;

  constructor(
    private readonly client: RedisClient,
    options: RedisStoreOptions = {},
  ) {
    requireClient(client);
    this.settings = readRedisStoreOptions(options);
    this.bus = new RedisBus(client, this.settings);
  }

  async get(key: string): Promise<Entry | undefined> {
    const reply = (await this.run(SCRIPTS.get, this.keyOf('e', key), [])) as string[] | null;
    return reply === null ? undefined : entryOf(reply);
  }

  async put(
    key: string,
    value: string,
    { ttlMs, if: condition }: { ttlMs: number; if: PutCondition },
  ): Promise<PutResult> {
    const ifText = typeof condition === 'string' ? condition : condition.version;
    const args = [portableText(value), String(numeric(ttlMs, 'ttlMs')), ifText];
    const [written, ...rest] = (await this.run(SCRIPTS.put, this.keyOf('e', key), args)) as [number, ...string[]];
    if (written === 1) return { written: { value, version: rest[0]!, ageMs: 0 } };
    return { standing: rest.length === 0 ? undefined : entryOf(rest) };
  }

  async delete(key: string, when?: { version: string }): Promise<boolean> {
    return (await this.run(SCRIPTS.delete, this.keyOf('e', key), [when?.version ?? ''])) === 1;
  }

  async advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult> {
    const args = [String(numeric(byMs, 'byMs')), String(numeric(windowMs, 'windowMs'))];
    const reply = (await this.run(SCRIPTS.advance, this.keyOf('c', key), args)) as [number, string, string];
    return { admitted: reply[0] === 1, aheadMs: Number(reply[1]), retryAfterMs: Number(reply[2]) };
  }

  async count(key: string, by: number, window: SlidingWindow): Promise<CountResult> {
    requireCount(by, window, 'RedisStore');
    const args = [by, window.limit, window.windowMs, window.slices ?? DEFAULT_SLICES].map(luaNumber);
    const reply = (await this.run(SCRIPTS.count, this.keyOf('w', key), args)) as [number, string, string];
    const retryAfterMs = reply[2] === 'inf' ? Infinity : Number(reply[2]);
    return { admitted: reply[0] === 1, used: Number(reply[1]), retryAfterMs };
  }

  /** Ends the bus. The client stays open: it is the user's. */
  async close(): Promise<void> {
    this.closed = true;
    await this.bus.close();
  }

  /** Keys of entries, virtual clocks and windows never meet. */
  private keyOf(kind: 'e' | 'c' | 'w', key: string): string {
    if (typeof key !== 'string') throw new TypeError(`RedisStore: expected the key to be a string, got ${typeof key}`);
    return `${this.settings.prefix}${kind}:${portableText(key)}`;
  }

  private async run({ sha, source }: Script, key: string, args: string[]): Promise<unknown> {
    if (this.closed) throw new RedisStoreError('CLOSED', 'it has been closed');
    const { clock, timeoutMs } = this.settings;
    const asked = this.client.evalsha(sha, 1, key, ...args).catch((error: unknown) => {
      // A server that was restarted or told to flush its scripts has to be told the source again.
      if (error instanceof Error && error.message.startsWith('NOSCRIPT'))
        return this.client.eval(source, 1, key, ...args);
      throw error;
    });
    try {
      return await withTimeLimit(asked, { clock, timeoutMs, onTimeout: () => RedisStoreError.timedOut(timeoutMs) });
    } catch (error) {
      throw RedisStoreError.of(error);
    }
  }
}

function entryOf([value, version, ageMs]: readonly string[]): Entry {
  return { value: textOfPortable(value!), version: version!, ageMs: Math.max(0, Number(ageMs)) };
}

function numeric(value: number, what: string): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return clamped(value);
  throw new TypeError(`RedisStore: expected ${what} to be a number of milliseconds, got ${String(value)}`);
}

/** Three hundred years: the longest time that Redis and a double can both count in. */
const LONGEST_MS = 1e13;

function clamped(ms: number): number {
  return Math.min(Math.max(ms, -LONGEST_MS), LONGEST_MS);
}

function luaNumber(value: number): string {
  return value === Infinity ? 'inf' : String(value);
}
