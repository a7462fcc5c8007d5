import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider } from '@breakwater/core';
import { recordEvents } from '@breakwater/core/testing';
import { serverOrReason, ServerUnavailableError, startRedis, type RedisServer } from '@breakwater/servers';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisStore } from './redis-store.js';

const KEPT = { ttlMs: 60_000, if: 'always' } as const;
/** For stores whose time limit is not tested: by default it is a second, which a machine under load may take. */
const PATIENT = { timeout: '60s' } as const;
const OPTIONS = { retryStrategy: () => 20, maxRetriesPerRequest: 2 };
const ORDER = { operation: 'charge', idempotencyKey: 'order-1' };

const server = await serverOrReason(startRedis);
const missing = server instanceof ServerUnavailableError;

function clientOf(url: string): Redis {
  const client = new Redis(url, OPTIONS);
  client.on('error', () => undefined);
  return client;
}

/** Has a Redis of other arguments for the length of `work`. */
async function withRedis(
  args: readonly string[],
  work: (other: RedisServer, client: Redis) => Promise<void>,
): Promise<void> {
  const other = await startRedis({ args });
  const client = clientOf(other.url);
  try {
    await work(other, client);
  } finally {
    client.disconnect();
    // One that cannot save its data would not end in good order.
    await other.stop('SIGKILL');
  }
}

(missing ? describe.skip : describe)('RedisStore in an outage', () => {
  const running = server as RedisServer;
  let redis: Redis;
  let store: RedisStore;

  beforeEach(() => {
    redis = clientOf(running.url);
    store = new RedisStore(redis, { timeout: '2s' });
  });
  afterEach(async () => {
    await store.close();
    redis.disconnect();
  });
  afterAll(() => running.stop());

  it('says that its server is one node of a cluster (MOVED)', async () => {
    await withRedis(['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no'], async (_node, client) => {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8000');
      await withRedis(['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no'], async (other, second) => {
        await second.call('CLUSTER', 'ADDSLOTSRANGE', '8001', '16383');
        await client.call('CLUSTER', 'MEET', '127.0.0.1', String(other.port));
        const onNode = new RedisStore(client, PATIENT);
        const failures = new Set<unknown>();
        for (let tries = 0; !failures.has('MOVED'); tries++) {
          await onNode.put(`key ${tries}`, 'value', KEPT).catch((error: { code: unknown }) => failures.add(error.code));
          await sleep(20);
        }
        expect(failures).toContain('MOVED');
      });
    });
  });

  it('says that the server cannot write to its disk, and goes on once it can (MISCONF)', async () => {
    await withRedis(['--save', '3600 1', '--stop-writes-on-bgsave-error', 'yes'], async (_other, client) => {
      const [, folder] = (await client.config('GET', 'dir')) as [string, string];
      const full = new RedisStore(client, PATIENT);
      await full.put('key', 'value', KEPT);
      rmSync(folder, { recursive: true });
      await client.bgsave();
      await until(async () => (await client.info('persistence')).includes('rdb_last_bgsave_status:err'));
      await expect(full.put('key', 'other', KEPT)).rejects.toThrow(/cannot write its data to the disk.*\(MISCONF\)/s);
      await client.config('SET', 'stop-writes-on-bgsave-error', 'no');
      expect(await full.put('key', 'other', KEPT)).toHaveProperty('written');
    });
  });

  it('refuses a call with an idempotency key within its time limit while the server hangs, and works again after that', async () => {
    const provider = createProvider('payments', { idempotency: {} }, { store });
    await redis.ping();
    running.pause();
    // Nothing but the time limit ends it: the server hangs for as long as it takes.
    await expect(provider.execute(() => 'charged', ORDER)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    running.resume();
    await until(async () => (await store.get('nothing').catch(() => 'away')) === undefined);
  });

  it('does not hold a result back for longer than its time limit when the server hangs while it is kept', async () => {
    const provider = createProvider('payments', { idempotency: {} }, { store });
    const events = recordEvents(provider);
    const work = () => {
      running.pause();
      return 'charged';
    };
    // Nothing but the time limit ends it: the server hangs for as long as it takes.
    expect(await provider.execute(work, { ...ORDER, idempotencyKey: 'hung' })).toBe('charged');
    expect(events.ofType('idempotency.unsettled')).toHaveLength(1);
    running.resume();
    await until(async () => (await store.get('nothing').catch(() => 'away')) === undefined);
  });

  it('aborts a call whose key was lost in a failover to an empty server, so that no two go on with it', async () => {
    const idempotency = { lease: '600ms' } as const;
    const provider = createProvider('payments', { idempotency }, { store });
    const events = recordEvents(provider);
    let aborted = false;
    const first = provider.execute(async ({ signal }) => {
      await running.restart('SIGKILL');
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      aborted = true;
    }, ORDER);
    await expect(first).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    expect([aborted, events.types]).toEqual([true, expect.arrayContaining(['idempotency.leaseLost'])]);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}
