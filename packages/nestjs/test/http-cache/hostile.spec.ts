import { MemoryStore } from '@breakwater/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttpService } from '../../src/clients/http/create-http-service.js';
import { startResilience } from '../start-resilience.fixture.js';
import { CachingClients, CLIENTS } from './caching-clients.fixture.js';

const FRESH = { 'cache-control': 'max-age=60' };
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe.each(CLIENTS)('the HTTP cache of %s, used by strangers', (client) => {
  let clients: CachingClients;

  beforeEach(async () => {
    clients = new CachingClients();
    await clients.server.listen();
  });
  afterEach(() => clients.close());

  /** Lets what a host writes come to the store. */
  async function written(): Promise<void> {
    for (let i = 0; i < 20; i++) await turn();
  }

  /** Has the server answer when it is told to. */
  function held(status = 200): () => void {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    clients.server.answer = (request, response) =>
      void released.then(() => clients.server.send(request, response, FRESH, status));
    return release;
  }

  async function until(count: number): Promise<void> {
    while (clients.server.requests.length < count) await turn();
  }

  it.each(['Accept-Profile', 'Accept-Version', 'Accept-Api', 'Content-Profile', 'If-Tenant', 'Sec-Tenant'])(
    'tells answers apart by %s, which chooses what is answered',
    async (name) => {
      const { ask } = await clients.start(client);
      clients.server.answer = ({ headers }, response) =>
        response.writeHead(200, FRESH).end(`for ${String(headers[name.toLowerCase()])}`);
      for (let round = 0; round < 2; round++) {
        for (const value of ['one.example', 'two.example']) {
          expect((await ask({ headers: { [name]: value } })).text).toBe(`for ${value}`);
        }
      }
      expect(clients.server.requests).toHaveLength(2);
    },
  );

  it('never takes the answer to one header for that to another, where an answer comes to vary by that', async () => {
    const { ask } = await clients.start(client);
    const varying = (vary: string) => clients.server.gives({ ...FRESH, vary });
    varying('origin');
    const first = await ask();
    varying('referer');
    await ask({ headers: { Origin: 'https://a.example', Referer: 'https://z.example/' } });
    const third = await ask({ headers: { Origin: 'https://a.example' } });
    expect(third.text).not.toBe(first.text);
  });

  it('keeps an answer no longer once a 304 says no-store, nor shares it, nor gives it for a failure', async () => {
    const store = new MemoryStore({ clock: clients.clock });
    const http = { cache: { staleIfError: '1h', shared: true } } as const;
    const { ask, provider } = await clients.start(client, { http, store });
    clients.server.gives({ ...FRESH, etag: '"a"' });
    await ask();
    await written();
    await clients.clock.advance('61s');
    clients.server.gives({ etag: '"a"', 'cache-control': 'no-store' }, 304);
    const last = await ask();
    expect([last.text, last.header('cache-status')]).toEqual([
      'answer 1',
      'breakwater; fwd=stale; fwd-status=304; ttl=0',
    ]);
    expect(provider.snapshot().httpCache).toMatchObject({ entries: 0 });
    clients.server.gives({}, 503);
    expect((await ask()).status).toBe(503);
  });

  it('never gives an answer for a failure that was invalidated while its request was under way', async () => {
    const { ask } = await clients.start(client, { http: { cache: { staleIfError: '1h' } } });
    clients.server.gives(FRESH);
    await ask();
    await clients.clock.advance('61s');
    const release = held(503);
    const asked = [ask(), ask()];
    await until(2);
    clients.server.gives();
    await ask({ method: 'PUT' });
    clients.server.gives({}, 503);
    release();
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([503, 503]);
  });

  it('keeps what was asked for before a write to something else', async () => {
    const { ask } = await clients.start(client);
    const release = held();
    const asked = ask({ path: '/a' });
    await until(1);
    clients.server.gives();
    await ask({ method: 'PUT', path: '/b' });
    release();
    await asked;
    expect((await ask({ path: '/a' })).text).toBe((await asked).text);
    expect(clients.server.requests).toHaveLength(2);
  });

  it('has a stale answer that hosts share fetched anew while it is given', async () => {
    const store = new MemoryStore({ clock: clients.clock });
    const http = { cache: { shared: true } } as const;
    const { ask } = await clients.start(client, { http, store });
    clients.server.gives({ 'cache-control': 'max-age=60, stale-while-revalidate=600' });
    await ask();
    await written();
    await clients.clock.advance('61s');
    expect((await ask()).text).toBe('answer 1');
    await until(2);
    await written();
    expect((await ask()).text).toBe('answer 2');
  });

  it('says in an answer to HEAD how long the content is, also when it is kept', async () => {
    const { ask } = await clients.start(client);
    clients.server.gives({ ...FRESH, 'content-length': '1234' });
    for (let i = 0; i < 2; i++) {
      expect((await ask({ method: 'HEAD' })).header('content-length')).toBe('1234');
    }
    expect(clients.server.requests).toHaveLength(1);
  });

  it.each([
    { status: 999 },
    { status: '200' },
    { headers: null },
    { headers: { 'no name': 'x' } },
    { headers: { age: 5, 'cache-control': 'max-age=60' } },
    { body: 5 },
    { heldMs: 'long' },
    { url: null },
    'no answer',
    null,
  ])('asks the provider where the store holds what is no answer: %j', async (foreign) => {
    const store = new MemoryStore({ clock: clients.clock });
    const http = { cache: { shared: true } } as const;
    clients.server.gives(FRESH);
    const put = store.put.bind(store);
    store.put = (key, value, options) => {
      if (!key.includes(':answer:')) return put(key, value, options);
      const at = value.indexOf('\n') + 1;
      const whole = JSON.parse(value.slice(at)) as object;
      const text = typeof foreign === 'object' && foreign !== null ? { ...whole, ...foreign } : foreign;
      return put(key, value.slice(0, at) + JSON.stringify(text), options);
    };
    await (await clients.start(client, { http, store })).ask();
    await written();
    const { ask } = await clients.start(client, { http, store });
    for (let i = 0; i < 2; i++) expect(await ask()).toMatchObject({ status: 200, text: 'answer 2' });
  });

  it('holds to its bounds over hundreds of variants, and of URLs', async () => {
    const { ask, provider } = await clients.start(client, { http: { cache: { maxEntries: 50, maxBytes: 60_000 } } });
    clients.server.gives({ ...FRESH, vary: 'accept-language, x-a' });
    for (let i = 0; i < 400; i++) await ask({ headers: { 'Accept-Language': `x-${i}` }, path: `/${i % 3}` });
    for (let i = 0; i < 150; i++) await ask({ path: `/other/${i}` });
    const { entries, bytes } = provider.snapshot().httpCache!;
    expect([entries <= 50, bytes <= 60_000]).toEqual([true, true]);
  });
});

describe('the HTTP cache of fetch', () => {
  it.each([
    ['reload', { 'cache-control': 'no-cache', pragma: 'no-cache' }],
    ['no-cache', { 'cache-control': 'max-age=0' }],
  ])('has caches on the way heed %s as well', async (cache, expected) => {
    const clients = new CachingClients();
    await clients.server.listen();
    clients.server.gives(FRESH);
    try {
      const { ask } = await clients.start('fetch');
      await ask();
      await ask({ cache });
      expect(clients.server.requests.at(-1)!.headers).toMatchObject(expected);
      expect((await ask()).text).toBe('answer 2');
    } finally {
      await clients.close();
    }
  });
});

describe('the HTTP cache of axios', () => {
  it('tells answers apart by Host, which fetch does not send', async () => {
    const clients = new CachingClients();
    await clients.server.listen();
    clients.server.answer = ({ headers: { host } }, response) => response.writeHead(200, FRESH).end(host);
    try {
      const { ask } = await clients.start('axios');
      for (const host of ['one.example', 'two.example', 'one.example']) {
        expect((await ask({ headers: { Host: host } })).text).toBe(host);
      }
      expect(clients.server.requests).toHaveLength(2);
    } finally {
      await clients.close();
    }
  });

  it('tells answers apart by the proxy that a request goes through', async () => {
    const clients = new CachingClients();
    await clients.server.listen();
    clients.server.gives(FRESH);
    const { hostname: host, port } = new URL(clients.server.origin);
    const proxied = (password: string) => ({
      proxy: { host, port: Number(port), protocol: 'http', auth: { username: 'tenant', password } },
    });
    const shop = { http: { baseUrl: 'http://shop.example', cache: true } };
    const { parts } = startResilience({ clock: clients.clock, logger: false, providers: { shop } });
    const { axiosRef } = await createHttpService(parts, 'shop');
    try {
      for (const password of ['a', 'b', 'a']) await axiosRef.get('/', proxied(password));
      expect(clients.server.requests).toHaveLength(2);
    } finally {
      await parts.close();
      await clients.close();
    }
  });
});
