import { setTimeout as sleep } from 'node:timers/promises';
import { storeContract } from '@breakwater/core/testing';
import { freePort, serverOrReason, ServerUnavailableError, startRedis, type RedisServer } from '@breakwater/servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { RedisStore } from './redis-store.js';

const KEPT = { ttlMs: 60_000, if: 'always' } as const;
const OPTIONS = { retryStrategy: () => 20, maxRetriesPerRequest: 2 };
/** For stores whose time limit is not tested: by default it is a second, which a machine under load may take. */
const PATIENT = { timeout: '60s' } as const;

const server = await serverOrReason(startRedis);
const missing = server instanceof ServerUnavailableError;

(missing ? describe.skip : describe)('RedisStore', () => {
  const { url, port } = server as RedisServer;
  let redis: Redis;
  let store: RedisStore;

  beforeEach(() => {
    redis = new Redis(url, OPTIONS);
    // An error that no listener hears is printed by ioredis; commands reject all the same.
    redis.on('error', () => undefined);
    store = new RedisStore(redis, PATIENT);
  });
  afterEach(async () => {
    await store.close();
    redis.disconnect();
  });
  afterAll(() => (server as RedisServer).stop());

  describe('on one server', () => {
    storeContract(async () => ({ store: new RedisStore(redis, PATIENT), elapse: (ms) => sleep(ms) }));
  });

  describe('on a cluster', () => {
    const nodes: RedisServer[] = [];
    let cluster: Cluster;

    beforeAll(async () => {
      for (let i = 0; i < 2; i++) nodes.push(await startNode());
      cluster = new Cluster(
        nodes.map((node) => ({ host: '127.0.0.1', port: node.port })),
        { slotsRefreshTimeout: 5000 },
      );
      await clusterIsUp(nodes);
    });
    afterAll(async () => {
      cluster.disconnect();
      for (const node of nodes) await node.stop();
    });

    storeContract(async () => ({ store: new RedisStore(cluster, PATIENT), elapse: (ms) => sleep(ms) }));
  });

  it('gives versions that rise with every write of a key, also when the server has lost all it held', async () => {
    const versions: number[] = [];
    for (let i = 0; i < 4; i++) {
      const result = await store.put('key', 'value', KEPT);
      versions.push('written' in result ? Number(result.written.version) : Number.NaN);
      if (i === 1) await store.delete('key');
      if (i === 2) await redis.flushall();
    }
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('reads time from the server: two clients see one age', async () => {
    await store.put('key', 'value', KEPT);
    const [seconds, micros] = await redis.time();
    const written = await redis.hget('breakwater:e:1key', 'w');
    expect(Math.abs(Number(seconds) * 1e6 + Number(micros) - Number(written))).toBeLessThan(1e6);
  });

  it('goes on after the server has forgotten its scripts', async () => {
    await store.put('key', 'value', KEPT);
    await redis.script('FLUSH');
    expect(await store.get('key')).toMatchObject({ value: 'value' });
  });

  it('goes on after the server was killed and started anew, empty as it is then', async () => {
    await store.put('key', 'value', KEPT);
    await (server as RedisServer).restart('SIGKILL');
    await expect(retried(() => store.get('key'))).resolves.toBeUndefined();
    expect(await store.put('key', 'again', { ttlMs: 60_000, if: 'absent' })).toHaveProperty('written');
  });

  it('rejects within its time limit when the server does not answer', async () => {
    const impatient = new RedisStore(redis, { timeout: '50ms' });
    await store.put('key', 'value', KEPT);
    (server as RedisServer).pause();
    try {
      await expect(impatient.get('key')).rejects.toThrow(
        'RedisStore: the server has not answered within 50 ms (TIMEOUT)',
      );
    } finally {
      (server as RedisServer).resume();
    }
  });

  it('says what is wrong with a server that cannot be reached', async () => {
    const away = new Redis({ port: await freePort(), maxRetriesPerRequest: 0, retryStrategy: () => null });
    away.on('error', () => undefined);
    await expect(new RedisStore(away, PATIENT).get('key')).rejects.toMatchObject({
      name: 'RedisStoreError',
      code: 'CONNECTION',
    });
  });

  it('says that a replica takes no writes', async () => {
    const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(port)] });
    const client = new Redis(replica.url, OPTIONS);
    await expect(new RedisStore(client, PATIENT).put('key', 'value', KEPT)).rejects.toThrow(
      /this server is a replica, which takes no writes: connect to the primary \(READONLY\)|still reading/,
    );
    client.disconnect();
    await replica.stop();
  });

  it('says that the server has no memory left, and has written nothing then', async () => {
    const small = await startRedis({ args: ['--maxmemory', '1', '--maxmemory-policy', 'noeviction'] });
    const client = new Redis(small.url, OPTIONS);
    const full = new RedisStore(client, PATIENT);
    await expect(full.put('key', 'value', KEPT)).rejects.toThrow(/no memory left.*\(OOM\)/s);
    expect(await full.get('key')).toBeUndefined();
    client.disconnect();
    await small.stop();
  });

  it('refuses a record of a newer release, and something else under its keys', async () => {
    await redis.hset('breakwater:e:1new', { f: '2', v: 'x', n: '1', w: '1' });
    await expect(store.get('new')).rejects.toThrow('a record was written by a newer release');
    await redis.set('breakwater:e:1odd', 'text');
    await expect(store.put('odd', 'value', KEPT)).rejects.toThrow('something else stands under a key of this prefix');
  });

  it('keeps two prefixes apart', async () => {
    const other = new RedisStore(redis, { ...PATIENT, prefix: 'other:' });
    await store.put('shared', 'mine', KEPT);
    expect(await other.get('shared')).toBeUndefined();
  });

  it('rejects after it was closed, and leaves the client open', async () => {
    await store.close();
    await expect(store.get('key')).rejects.toMatchObject({ code: 'CLOSED' });
    expect(await redis.ping()).toBe('PONG');
  });

  it('says what is wrong with its options', () => {
    expect(() => new RedisStore({} as never)).toThrow('RedisStore: expected a client of ioredis');
    expect(() => new RedisStore(redis, { timeout: 'soon' as never })).toThrow(/RedisStore\.timeout/);
    expect(() => new RedisStore(redis, { prefx: 'x' } as never)).toThrow(/RedisStore\.prefx/);
  });

  it('keeps few bytes of a record and of a window', async () => {
    await store.put('bytes', 'done', KEPT);
    for (let i = 0; i < 100; i++) await store.count('bytes', 1, { limit: 1000, windowMs: 60_000 });
    expect(Number(await redis.memory('USAGE', 'breakwater:e:1bytes'))).toBeLessThan(250);
    expect(Number(await redis.memory('USAGE', 'breakwater:w:1bytes'))).toBeLessThan(350);
  });

  async function startNode(): Promise<RedisServer> {
    return startRedis({ args: ['--cluster-enabled', 'yes'] });
  }
});

/** ioredis fails what waits for a lost connection and goes on with the next. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 3000) throw error;
      await sleep(20);
    }
  }
}

async function clusterIsUp([first, second]: readonly RedisServer[]): Promise<void> {
  const clients = [first!, second!].map(({ port }) => new Redis(port));
  await clients[0]!.cluster('ADDSLOTSRANGE', 0, 8191);
  await clients[1]!.cluster('ADDSLOTSRANGE', 8192, 16_383);
  await clients[0]!.cluster('MEET', '127.0.0.1', second!.port);
  const isUp = async () => {
    const states = await Promise.all(clients.map((client) => client.cluster('INFO')));
    return states.every((state) => String(state).includes('cluster_state:ok'));
  };
  while (!(await isUp())) await sleep(50);
  for (const client of clients) client.disconnect();
}
