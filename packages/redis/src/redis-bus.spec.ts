import { setTimeout as sleep } from 'node:timers/promises';
import { busContract } from '@breakwater/core/testing';
import { serverOrReason, ServerUnavailableError, startRedis, type RedisServer } from '@breakwater/servers';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Redis, type RedisOptions } from 'ioredis';
import { RedisStore } from './redis-store.js';

const server = await serverOrReason(startRedis);
const missing = server instanceof ServerUnavailableError;

/** For stores whose time limit is not tested: by default it is a second, which a machine under load may take. */
const PATIENT = { timeout: '60s' } as const;

const until = async (condition: () => boolean) => {
  while (!condition()) await sleep(5);
};

(missing ? describe.skip : describe)('the bus of RedisStore', () => {
  const { url } = server as RedisServer;
  const clients: Redis[] = [];
  const connect = (options: RedisOptions = {}) => {
    const client = new Redis(url, { ...options, retryStrategy: () => 20 });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };
  /** A client, and how many connections it and those made of it have: those of other tests may still be ending. */
  const counted = (connectionName: string) => {
    const client = connect({ connectionName });
    const count = async () => String(await client.client('LIST')).split(` name=${connectionName} `).length - 1;
    return { client, count };
  };
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await (server as RedisServer).stop();
  });

  busContract(async () => ({
    bus: new RedisStore(connect(), PATIENT).bus,
    other: new RedisStore(connect(), PATIENT).bus,
    until,
  }));

  it('is subscribed again after the connection was lost', async () => {
    const store = new RedisStore(connect(), PATIENT);
    const heard: string[] = [];
    await store.bus.subscribe('topic', (message) => heard.push(message));
    await (server as RedisServer).restart('SIGKILL');
    while (heard.length === 0) {
      await store.bus.publish('topic', 'after').catch(() => undefined);
      await sleep(20);
    }
    expect(heard).toContain('after');
    await store.close();
  });

  it('is subscribed, and again after a loss, over a client whose commands are to fail at once', async () => {
    const client = connect({ enableOfflineQueue: false, autoResubscribe: false });
    while (client.status !== 'ready') await sleep(5);
    const store = new RedisStore(client, PATIENT);
    const heard: string[] = [];
    await store.bus.subscribe('topic', (message) => heard.push(message));
    await store.bus.publish('topic', 'before');
    await until(() => heard.length > 0);
    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    while (!heard.includes('after')) {
      await store.bus.publish('topic', 'after');
      await sleep(20);
    }
    expect(heard[0]).toBe('before');
    await store.close();
  });

  it('says so where it cannot read what was told on its channel, and goes on', async () => {
    const errors: unknown[] = [];
    const heard: string[] = [];
    const client = connect();
    const store = new RedisStore(client, { ...PATIENT, onError: (error) => errors.push(error) });
    await store.bus.subscribe('topic', (message) => heard.push(message));
    const [channel] = (await client.pubsub('CHANNELS', 'breakwater:b:*topic')) as string[];
    for (const foreign of ['', '?']) await client.publish(channel!, foreign);
    await store.bus.publish('topic', 'message');
    await until(() => heard.length === 1);
    expect(errors).toEqual([1, 2].map(() => expect.objectContaining({ code: 'FORMAT' })));
    await store.close();
  });

  it('rejects within the time limit when the server does not answer', async () => {
    const client = connect();
    await client.ping();
    const store = new RedisStore(client, { timeout: '50ms' });
    (server as RedisServer).pause();
    await expect(store.bus.publish('topic', 'message')).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(store.bus.subscribe('topic', () => undefined)).rejects.toMatchObject({ code: 'TIMEOUT' });
    (server as RedisServer).resume();
    await store.close();
  });

  it('does not open a connection before the first subscription, and closes it with the store', async () => {
    const { client, count } = counted('first-subscription');
    const store = new RedisStore(client, PATIENT);
    await store.bus.publish('topic', 'message');
    expect(await count()).toBe(1);
    await store.bus.subscribe('topic', () => undefined);
    expect(await count()).toBe(2);
    await store.close();
    while ((await count()) > 1) await sleep(10);
    await expect(store.bus.publish('topic', 'message')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('ends its connection with the last subscription, and opens another for the next', async () => {
    const { client, count } = counted('last-subscription');
    const { bus } = new RedisStore(client, PATIENT);
    const [first, second] = [await bus.subscribe('a', () => undefined), await bus.subscribe('b', () => undefined)];
    await first();
    expect(await count()).toBe(2);
    await second();
    while ((await count()) > 1) await sleep(10);
    const heard: string[] = [];
    const leave = await bus.subscribe('a', (message) => heard.push(message));
    await bus.publish('a', 'message');
    await until(() => heard.length === 1);
    await leave();
  });
});
