import { setTimeout as sleep } from 'node:timers/promises';
import { busContract } from '@breakwater/core/testing';
import { serverOrReason, ServerUnavailableError, startRedis, type RedisServer } from '@breakwater/servers';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
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
  const connect = () => {
    const client = new Redis(url, { retryStrategy: () => 20 });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
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
    const client = connect();
    const count = async () =>
      String(await client.client('LIST'))
        .trim()
        .split('\n').length;
    const store = new RedisStore(client, PATIENT);
    const before = await count();
    await store.bus.publish('topic', 'message');
    expect(await count()).toBe(before);
    await store.bus.subscribe('topic', () => undefined);
    expect(await count()).toBe(before + 1);
    await store.close();
    while ((await count()) > before) await sleep(10);
    await expect(store.bus.publish('topic', 'message')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('ends its connection with the last subscription, and opens another for the next', async () => {
    const client = connect();
    const count = async () =>
      String(await client.client('LIST'))
        .trim()
        .split('\n').length;
    const { bus } = new RedisStore(client);
    const before = await count();
    const [first, second] = [await bus.subscribe('a', () => undefined), await bus.subscribe('b', () => undefined)];
    await first();
    expect(await count()).toBe(before + 1);
    await second();
    for (let tries = 0; tries < 100 && (await count()) > before; tries++) await sleep(10);
    expect(await count()).toBe(before);
    const heard: string[] = [];
    const leave = await bus.subscribe('a', (message) => heard.push(message));
    await bus.publish('a', 'message');
    await until(() => heard.length === 1);
    await leave();
  });
});
