import { MemoryStore, type Store } from '@breakwater/core';
import { RedisStore } from '@breakwater/redis';
import { serverOrReason, ServerUnavailableError, startRedis } from '@breakwater/servers';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CachingClients, CLIENTS, type Ask } from './caching-clients.fixture.js';

const FRESH = { 'cache-control': 'max-age=60' };
const SHARED = { cache: { shared: true } } as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe.each(CLIENTS)('the HTTP cache of %s, over hosts', (client) => {
  let clients: CachingClients;
  let store: Store;

  beforeEach(async () => {
    clients = new CachingClients();
    store = new MemoryStore({ clock: clients.clock });
    await clients.server.listen();
  });
  afterEach(() => clients.close());

  const host = () => clients.start(client, { http: SHARED, store });

  /** Lets what a host writes come to the store. */
  async function written(): Promise<void> {
    for (let i = 0; i < 20; i++) await turn();
  }

  it('gives the answer that another host has kept, without a request', async () => {
    const [one, another] = [await host(), await host()];
    clients.server.gives({ ...FRESH, 'x-version': '1' });
    await one.ask();
    await written();
    await clients.clock.advance('20s');
    const answer = await another.ask();
    expect([answer.text, answer.header('x-version'), answer.header('age')]).toEqual(['answer 1', '1', '20']);
    expect((await another.ask()).header('cache-status')).toBe('breakwater; hit; ttl=40');
    expect(another.provider.snapshot().httpCache).toMatchObject({ shared: 1, hits: 1, stored: 0 });
    expect(clients.server.requests).toHaveLength(1);
  });

  it('has one host ask, while the others wait', async () => {
    const hosts = await Promise.all([host(), host(), host()]);
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    clients.server.answer = (request, response) =>
      void released.then(() => clients.server.send(request, response, FRESH));
    const asked = hosts.flatMap(({ ask }) => [ask(), ask()]);
    while (clients.server.requests.length === 0) await turn();
    release();
    let ended = false;
    const all = Promise.all(asked).finally(() => (ended = true));
    while (!ended) await clients.clock.advance(50);
    expect((await all).map(({ text }) => text)).toEqual(Array.from({ length: 6 }, () => 'answer 1'));
    expect(clients.server.requests).toHaveLength(1);
  });

  it('asks whether another host’s answer is still good', async () => {
    const [one, another] = [await host(), await host()];
    clients.server.gives({ 'cache-control': 'max-age=60', etag: '"a"' });
    await one.ask();
    await written();
    await clients.clock.advance('61s');
    clients.server.gives({ 'cache-control': 'max-age=60', etag: '"a"' }, 304);
    expect((await another.ask()).text).toBe('answer 1');
    expect(clients.server.requests[1]!.headers['if-none-match']).toBe('"a"');
    await written();
    expect((await (await host()).ask()).text).toBe('answer 1');
    expect(clients.server.requests).toHaveLength(2);
  });

  it('puts answers out of date on all hosts with a write on one', async () => {
    const [one, another] = [await host(), await host()];
    clients.server.gives(FRESH);
    await one.ask();
    await written();
    await another.ask();
    await one.ask({ method: 'PUT' });
    await written();
    expect((await another.ask()).text).toBe('answer 3');
    expect(one.provider.invalidate()).toBe(0);
    await written();
    expect((await another.ask()).text).toBe('answer 4');
  });

  it('never gives another host’s answer to another credential or tenant', async () => {
    const [one, another] = [await host(), await host()];
    clients.server.gives(FRESH);
    const by = (ask: Ask, key: string, name: string) => () =>
      ask({ headers: { Authorization: name }, path: `/${key}` });
    const look = async ({ ask, provider }: typeof one, tenant: string, name: string) =>
      (await provider.execute(by(ask, 'a', name), { key: tenant })).text;
    const first = await look(one, 'acme', 'a');
    await written();
    expect(await look(another, 'acme', 'a')).toBe(first);
    expect(await look(another, 'acme', 'b')).not.toBe(first);
    expect(await look(another, 'other', 'a')).not.toBe(first);
  });

  it('tells apart what varies', async () => {
    const [one, another] = [await host(), await host()];
    clients.server.gives({ ...FRESH, vary: 'Accept-Language' });
    const languages = ['de', 'fr'].map((language) => ({ headers: { 'Accept-Language': language } }));
    const first: string[] = [];
    for (const each of languages) first.push((await one.ask(each)).text);
    await written();
    const second: string[] = [];
    for (const each of languages) second.push((await another.ask(each)).text);
    expect([first, second, clients.server.requests.length]).toEqual([['answer 1', 'answer 2'], first, 2]);
  });

  it('keeps content of any bytes as it is', async () => {
    const [one, another] = [await host(), await host()];
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    clients.server.answer = (_request, response) => response.writeHead(200, FRESH).end(bytes);
    const [before] = [await one.ask()];
    await written();
    const after = await another.ask();
    expect([after.text, clients.server.requests.length]).toEqual([before.text, 1]);
  });

  it('goes on alone where the store is away', async () => {
    const away = new Proxy(store, {
      get: (target, name) =>
        name === 'get' || name === 'put'
          ? () => Promise.reject(new Error('away'))
          : (Reflect.get(target, name, target) as unknown),
    });
    const one = await clients.start(client, { http: SHARED, store: away });
    clients.server.gives(FRESH);
    expect([(await one.ask()).text, (await one.ask()).text]).toEqual(['answer 1', 'answer 1']);
  });
});

describe('the HTTP cache, over hosts that share a Redis', () => {
  it('gives another host’s answers, and has them validated', async () => {
    const server = await serverOrReason(startRedis);
    if (server instanceof ServerUnavailableError) return;
    const clients = new CachingClients();
    await clients.server.listen();
    const redis = [new Redis(server.url), new Redis(server.url)];
    const stores = redis.map((each) => new RedisStore(each, { timeout: '60s' }));
    try {
      const [one, another] = await Promise.all(
        CLIENTS.map((client, index) => clients.start(client, { http: SHARED, store: stores[index]! })),
      );
      clients.server.gives(FRESH);
      await one!.ask({ path: '/fresh' });
      clients.server.gives({ 'cache-control': 'no-cache', etag: '"a"' });
      await one!.ask({ path: '/validated' });
      // Both answers are kept in the background.
      while ((await redis[0]!.keys('*')).length < 2) await turn();
      expect((await another!.ask({ path: '/fresh' })).text).toBe('answer 1');
      clients.server.gives({ 'cache-control': 'no-cache', etag: '"a"' }, 304);
      expect((await another!.ask({ path: '/validated' })).text).toBe('answer 2');
      expect(clients.server.requests.map(({ url, headers }) => [url, headers['if-none-match']])).toEqual([
        ['/fresh', undefined],
        ['/validated', undefined],
        ['/validated', '"a"'],
      ]);
      await another!.ask({ method: 'DELETE', path: '/fresh' });
      clients.server.gives(FRESH);
      // The other host hears of the write a moment later.
      const asked = async () => (await turn(), (await one!.ask({ path: '/fresh' })).text);
      let answer = await asked();
      while (answer === 'answer 1') answer = await asked();
      expect(answer).toBe('answer 5');
    } finally {
      await clients.close();
      for (const each of stores) await each.close();
      for (const each of redis) each.disconnect();
      await server.stop();
    }
  });
});
