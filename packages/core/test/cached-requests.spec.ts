import { createServer, get as httpGet, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProvider, type CacheOptions, type ProviderOptions } from '@breakwater/core';
import { recordEvents, TestClock } from '@breakwater/core/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let server: Server;
let baseUrl: string;
let answers = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://x');
    if (url.pathname === '/token') {
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify({ access_token: 'token', token_type: 'Bearer', expires_in: 3600 }));
    }
    for (const [name, value] of url.searchParams) response.setHeader(name, value);
    const { authorization = '', cookie = '' } = request.headers;
    return response.end(JSON.stringify({ number: ++answers, seen: `${authorization}${cookie}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

interface Asked {
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

function bench(
  cache: Partial<CacheOptions> = {},
  { http, trackCalls = true }: ProviderOptions & { trackCalls?: boolean } = {},
) {
  const clock = new TestClock();
  const options = { cache: { ttl: '1m', ...cache }, http: { baseUrl, ...http } } as ProviderOptions;
  const provider = createProvider('catalog', options, { clock, trackCalls });
  const events = recordEvents(provider);
  const clients = {
    'provider.fetch': async ({ path = '/', headers = {} }: Asked) =>
      (await provider.fetch(path, { headers })).json() as Promise<unknown>,
    fetch: async ({ path = '/', headers = {} }: Asked) => (await fetch(baseUrl + path, { headers })).json(),
    'node:http': ({ path = '/', headers = {} }: Asked) =>
      new Promise((resolve, reject) => {
        httpGet(baseUrl + path, { headers }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(JSON.parse(text)));
        }).on('error', reject);
      }),
  };
  const ask = async (client: keyof typeof clients, asked: Asked = {}) =>
    (await provider.execute(() => clients[client](asked), { args: ['same'], operation: 'find' })) as {
      number: number;
      seen: string;
    };
  return { clock, provider, events, ask };
}

const CLIENTS = ['provider.fetch', 'fetch', 'node:http'] as const;

describe('an answer to a call that sends a credential', () => {
  it.each(CLIENTS)('of a user’s own, by %s, is for that user alone, which is told once', async (client) => {
    for (const header of ['authorization', 'cookie']) {
      const { ask, events } = bench();
      const users = ['ann', 'bob', 'ann'].map((user) => ask(client, { headers: { [header]: user } }));
      expect((await Promise.all(users)).map(({ seen }) => seen)).toEqual(['ann', 'bob', 'ann']);
      expect((await ask(client, { headers: { [header]: 'eve' } })).seen).toBe('eve');
      expect(events.ofType('cache.bypassed').map(({ detail }) => detail)).toEqual([{ reason: 'credential' }]);
    }
  });

  it('is for that user alone where calls are not tracked, by the provider’s own client', async () => {
    const { ask } = bench({}, { trackCalls: false });
    expect((await ask('provider.fetch', { headers: { authorization: 'ann' } })).seen).toBe('ann');
    expect((await ask('provider.fetch', { headers: { authorization: 'bob' } })).seen).toBe('bob');
  });

  it('in a call made within its method is for that user alone, too', async () => {
    const inner = createProvider('users', {}, { trackCalls: true });
    const { provider } = bench();
    const ask = (user: string) =>
      provider.execute(
        () => inner.execute(async () => (await fetch(baseUrl, { headers: { authorization: user } })).json()),
        { args: ['same'] },
      );
    expect(await ask('ann')).toMatchObject({ seen: 'ann' });
    expect(await ask('bob')).toMatchObject({ seen: 'bob' });
  });

  it.each(CLIENTS)('is kept where vary, key or varyOnCredential says that it may be, by %s', async (client) => {
    for (const cache of [{ vary: () => 'all' }, { key: () => 'all' }, { varyOnCredential: false }]) {
      const { ask } = bench(cache);
      const first = await ask(client, { headers: { authorization: 'ann' } });
      expect(await ask(client, { headers: { authorization: 'bob' } })).toEqual(first);
    }
  });

  it.each<[string, NonNullable<ProviderOptions['http']>]>([
    ['bearer token', { auth: { bearer: 'secret' } }],
    ['password', { auth: { basic: { username: 'shop', password: 'secret' } } }],
    ['header of the settings', { headers: { Authorization: 'secret' } }],
  ])('of the provider’s own is kept: a %s', async (_, http) => {
    const { ask, events } = bench({}, { http });
    const first = await ask('provider.fetch');
    expect(first.seen).toMatch(/secret|^Basic /);
    expect(await ask('provider.fetch')).toEqual(first);
    expect(events.all).toEqual([]);
  });

  it('of the provider’s own is kept where a token is asked for on the way', async () => {
    const oauth2 = { tokenUrl: `${baseUrl}/token`, clientId: 'shop', clientSecret: 'secret' };
    const { ask } = bench({}, { http: { auth: { oauth2 } } });
    const first = await ask('provider.fetch');
    expect(first.seen).toBe('Bearer token');
    expect(await ask('provider.fetch')).toEqual(first);
  });
});

describe('the lifetime that responses name', () => {
  const HONOR = { honorCacheControl: true, staleIfError: '5m' } as const;

  it.each(CLIENTS)('is that of the answer, less its Age, by %s', async (client) => {
    const { ask, clock } = bench(HONOR);
    const path = '/?cache-control=max-age%3D30&age=10';
    const { number } = await ask(client, { path });
    await clock.advance('19s');
    expect((await ask(client, { path })).number).toBe(number);
    await clock.advance('1s');
    expect((await ask(client, { path })).number).not.toBe(number);
  });

  it.each(CLIENTS)('is none where a response says no-store, by %s', async (client) => {
    const { ask, events } = bench(HONOR);
    const path = '/?cache-control=no-store';
    expect((await ask(client, { path })).number).not.toBe((await ask(client, { path })).number);
    expect(events.ofType('cache.bypassed')[0]!.detail).toEqual({ reason: 'no-store' });
  });

  it('is ttl where they say nothing, and where they are not heeded', async () => {
    for (const [cache, path] of [
      [HONOR, '/'],
      [{}, '/?cache-control=no-store'],
    ] as const) {
      const { ask, clock } = bench(cache);
      const { number } = await ask('provider.fetch', { path });
      await clock.advance('59s');
      expect((await ask('provider.fetch', { path })).number).toBe(number);
      await clock.advance('1s');
      expect((await ask('provider.fetch', { path })).number).not.toBe(number);
    }
  });

  it('has the stale-while-revalidate of the response, and none past it where it must be validated', async () => {
    const { ask, clock } = bench(HONOR);
    const path = '/?cache-control=max-age%3D10%2C%20stale-while-revalidate%3D20';
    const { number } = await ask('provider.fetch', { path });
    await clock.advance('29s');
    expect((await ask('provider.fetch', { path })).number).toBe(number);
    const strict = bench(HONOR);
    const must = '/?cache-control=max-age%3D10%2C%20must-revalidate';
    await strict.ask('provider.fetch', { path: must });
    await strict.clock.advance('11s');
    await expect(
      strict.provider.execute(() => Promise.reject(new Error('down')), { args: ['same'], operation: 'find' }),
    ).rejects.toThrow('down');
  });

  it('is the shortest of several requests', async () => {
    const { provider, clock } = bench(HONOR);
    const ask = () =>
      provider.execute(
        async () => {
          await provider.fetch('/?cache-control=max-age%3D50');
          return (await provider.fetch('/?cache-control=max-age%3D5')).json();
        },
        { args: [1] },
      );
    const first = await ask();
    await clock.advance('4s');
    expect(await ask()).toEqual(first);
    await clock.advance('1s');
    expect(await ask()).not.toEqual(first);
  });
});
