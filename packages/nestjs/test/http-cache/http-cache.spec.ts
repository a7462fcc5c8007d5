import type { ResilienceEvent } from '@breakwater/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { CachingClients, CLIENTS, type Ask, type Got } from './caching-clients.fixture.js';

const FRESH = { 'cache-control': 'max-age=60' };
const turn = () => new Promise((resolve) => setImmediate(resolve));
const textsOf = (answers: readonly Got[]) => answers.map(({ text }) => text);

describe.each(CLIENTS)('the HTTP cache of %s', (client) => {
  let clients: CachingClients;

  beforeEach(async () => {
    clients = new CachingClients();
    await clients.server.listen();
  });
  afterEach(() => clients.close());

  /** Waits for a request to come to the server. */
  async function until(count: number): Promise<void> {
    while (clients.server.requests.length < count) await turn();
  }

  /** Has the server answer when it is told to. */
  function held(headers: Record<string, string> = FRESH): () => void {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    clients.server.answer = (request, response) =>
      void released.then(() => clients.server.send(request, response, headers));
    return release;
  }

  const staleOf = async (ask: Ask, headers: Record<string, string>) => {
    clients.server.gives({ 'cache-control': 'max-age=60', ...headers });
    await ask();
    await clients.clock.advance('61s');
  };

  it('tells of what it did in Cache-Status, and how old an answer is in Age', async () => {
    const { ask } = await clients.start(client);
    clients.server.gives({ ...FRESH, etag: '"a"', 'cache-status': 'Edge; hit' });
    const told = ({ header }: Got) => [header('cache-status'), header('age')];
    expect(told(await ask())).toEqual(['Edge; hit, breakwater; fwd=uri-miss; fwd-status=200; stored; ttl=60', null]);
    await clients.clock.advance('20s');
    expect(told(await ask())).toEqual(['Edge; hit, breakwater; hit; ttl=40', '20']);
    await clients.clock.advance('41s');
    clients.server.gives({ ...FRESH, etag: '"a"' }, 304);
    expect(told(await ask())).toEqual(['Edge; hit, breakwater; fwd=stale; fwd-status=304; stored; ttl=60', '0']);
  });

  it('brings the headers of an answer up to date with a 304, and gives it for as long again', async () => {
    const { ask, provider } = await clients.start(client);
    await staleOf(ask, { etag: '"a"', 'x-version': '1', age: '3' });
    clients.server.gives({ etag: '"a"', 'cache-control': 'max-age=120', 'x-version': '2', 'content-type': 'x/y' }, 304);
    const validated = await ask();
    expect([validated.status, validated.text, validated.header('x-version')]).toEqual([200, 'answer 1', '2']);
    expect(validated.header('content-type')).toBeNull();
    await clients.clock.advance('119s');
    expect((await ask()).text).toBe('answer 1');
    expect(clients.server.requests).toHaveLength(2);
    expect(provider.snapshot().httpCache).toMatchObject({ hits: 1, misses: 2, revalidated: 1, stored: 1, entries: 1 });
  });

  it('asks once more, without validators, where a 304 speaks of a version that it does not have', async () => {
    const { ask } = await clients.start(client);
    await staleOf(ask, { etag: '"a"' });
    clients.server.answer = (request, response) =>
      request.headers['if-none-match'] === undefined
        ? clients.server.send(request, response, { ...FRESH, etag: '"b"' })
        : clients.server.send(request, response, { etag: '"b"' }, 304);
    expect((await ask()).text).toBe('answer 3');
    expect((await ask()).text).toBe('answer 3');
  });

  it('gives a stale answer at once while it fetches a new one, once for all', async () => {
    const { ask, provider } = await clients.start(client);
    await staleOf(ask, { 'cache-control': 'max-age=60, stale-while-revalidate=30' });
    const release = held();
    const stale = await Promise.all([ask(), ask(), ask()]);
    expect(textsOf(stale)).toEqual(['answer 1', 'answer 1', 'answer 1']);
    expect(stale[0]!.header('cache-status')).toBe('breakwater; hit; ttl=-1; detail=stale-while-revalidate');
    await until(2);
    release();
    while (provider.snapshot().httpCache!.loading > 0) await turn();
    expect((await ask()).text).toBe('answer 2');
    expect(provider.snapshot().httpCache).toMatchObject({ stale: 3, refreshes: 1, refreshesFailed: 0 });
  });

  it('takes the answer’s word on stale-while-revalidate before that of the settings', async () => {
    const { ask } = await clients.start(client, { http: { cache: { staleWhileRevalidate: '1h' } } });
    await staleOf(ask, { 'cache-control': 'max-age=60, stale-while-revalidate=0' });
    expect((await ask()).text).toBe('answer 2');
  });

  it.each([[500], [502], [503], [504]])('gives a stale answer in place of a %p', async (status) => {
    const { ask, provider } = await clients.start(client, { http: { cache: { staleIfError: '1h' } } });
    const events: ResilienceEvent[] = [];
    provider.events.on((event) => events.push(event));
    await staleOf(ask, {});
    clients.server.gives({}, status);
    const answer = await ask();
    expect([answer.status, answer.text, answer.header('age')]).toEqual([200, 'answer 1', '61']);
    const told = `breakwater; fwd=stale; fwd-status=${status}; ttl=-1; detail=stale-if-error`;
    expect(answer.header('cache-status')).toBe(told);
    const detail = { why: 'error', status, ageMs: 61_000 };
    expect(events).toContainEqual(expect.objectContaining({ type: 'httpCache.stale', detail }));
  });

  it('gives a stale answer in place of a connection that breaks, and asks again only a second later', async () => {
    const { ask } = await clients.start(client, { http: { cache: { staleIfError: '1h' } } });
    await staleOf(ask, {});
    clients.server.answer = (request) => request.socket.destroy();
    expect((await ask()).text).toBe('answer 1');
    const asked = clients.server.requests.length;
    expect((await ask()).text).toBe('answer 1');
    expect(clients.server.requests).toHaveLength(asked);
    await clients.clock.advance('1s');
    clients.server.gives(FRESH);
    expect((await ask()).text).toBe(`answer ${asked + 1}`);
  });

  it('leaves the provider alone for as long as it asks to', async () => {
    const { ask } = await clients.start(client, { http: { cache: { staleIfError: '1h' } } });
    await staleOf(ask, {});
    clients.server.gives({ 'retry-after': '30' }, 503);
    await ask();
    await clients.clock.advance('29s');
    await ask();
    expect(clients.server.requests).toHaveLength(2);
    await clients.clock.advance('1s');
    await ask();
    expect(clients.server.requests).toHaveLength(3);
  });

  it.each([
    ['stale-if-error is over', { 'cache-control': 'max-age=60, stale-if-error=0' }, 503],
    ['it must be revalidated', { 'cache-control': 'max-age=60, must-revalidate' }, 503],
    ['it may not be given without', { 'cache-control': 'no-cache, max-age=60', etag: '"a"' }, 503],
    ['the provider refuses', {}, 404],
    ['the provider has a mistake of another kind', {}, 501],
  ])('gives the failure itself where %s', async (_name, headers, status) => {
    const { ask } = await clients.start(client, { http: { cache: { staleIfError: '1h' } } });
    await staleOf(ask, headers);
    clients.server.gives({}, status);
    expect((await ask()).status).toBe(status);
  });

  it('gives no answer any more that the provider has refused since', async () => {
    const { ask } = await clients.start(client, { http: { cache: { staleIfError: '1h' } } });
    await staleOf(ask, {});
    clients.server.gives({}, 403);
    await ask();
    clients.server.gives({}, 503);
    expect((await ask()).status).toBe(503);
  });

  it('says 504 to only-if-cached where there is nothing, and sends nothing', async () => {
    const { ask } = await clients.start(client);
    expect((await ask({ headers: { 'Cache-Control': 'only-if-cached' } })).status).toBe(504);
    expect(clients.server.requests).toHaveLength(0);
  });

  it('makes one request of many that ask the same at once', async () => {
    const { ask, provider } = await clients.start(client);
    const release = held();
    const asked = Array.from({ length: 100 }, () => ask());
    await until(1);
    release();
    const answers = await Promise.all(asked);
    expect(new Set(textsOf(answers))).toEqual(new Set(['answer 1']));
    expect(clients.server.requests).toHaveLength(1);
    expect(answers.at(-1)!.header('cache-status')).toBe('breakwater; fwd=uri-miss; fwd-status=200; collapsed; ttl=60');
    expect(provider.snapshot().httpCache).toMatchObject({ coalesced: 99, misses: 1 });
  });

  it('sends each by itself where the answer is for one alone, and none waits twice', async () => {
    const { ask } = await clients.start(client);
    const release = held({ 'cache-control': 'no-store' });
    const asked = Array.from({ length: 5 }, () => ask());
    await until(1);
    release();
    expect(new Set(textsOf(await Promise.all(asked))).size).toBe(5);
    expect(clients.server.requests).toHaveLength(5);
  });

  it('sends by themselves those that the answer varies for', async () => {
    const { ask } = await clients.start(client);
    const release = held({ ...FRESH, vary: 'Accept-Language' });
    const languages = ['de', 'fr', 'de'];
    const asked = languages.map((language) => ask({ headers: { 'Accept-Language': language } }));
    await until(1);
    release();
    expect(textsOf(await Promise.all(asked))).toEqual(['answer 1', 'answer 2', 'answer 1']);
    expect(textsOf(await Promise.all(languages.map((each) => ask({ headers: { 'Accept-Language': each } }))))).toEqual([
      'answer 1',
      'answer 2',
      'answer 1',
    ]);
  });

  it('makes no others wait for a caller that aborts, nor fails any with it', async () => {
    const { ask } = await clients.start(client);
    const release = held();
    const [first, later] = [new AbortController(), new AbortController()];
    const asked = [ask({ signal: first.signal }), ask(), ask({ signal: later.signal }), ask()];
    const ended = Promise.allSettled(asked);
    await until(1);
    first.abort(new Error('the first left'));
    later.abort(new Error('another left'));
    await turn();
    release();
    const results = await ended;
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    expect(clients.server.requests).toHaveLength(1);
  });

  it('aborts the request with the last caller that waits', async () => {
    const { ask, provider } = await clients.start(client);
    const caller = new AbortController();
    let closed = false;
    clients.server.answer = (request) => request.socket.once('close', () => (closed = true));
    const asked = Promise.allSettled([ask({ signal: caller.signal }), ask({ signal: caller.signal })]);
    await until(1);
    caller.abort();
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    while (!closed) await turn();
    expect(provider.snapshot().httpCache!.loading).toBe(0);
  });

  it('fails all that wait with a connection that breaks, by one request', async () => {
    const { ask } = await clients.start(client);
    clients.server.answer = (request) => void turn().then(() => request.socket.destroy());
    const results = await Promise.allSettled([ask(), ask(), ask()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    // undici sends a GET once more by itself where a kept connection breaks.
    expect(clients.server.requests.length).toBeLessThan(3);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'forgets the answers to a URL with a %s of it, for all who asked',
    async (method) => {
      const { ask, provider } = await clients.start(client);
      clients.server.gives(FRESH);
      const of = (name: string) => ({ path: '/a', headers: { Authorization: name } });
      await Promise.all([ask(of('one')), ask(of('another')), ask({ path: '/b' })]);
      await ask({ method, path: '/a' });
      expect(provider.snapshot().httpCache).toMatchObject({ entries: 1, invalidated: 2 });
      await ask({ path: '/b' });
      await ask(of('one'));
      expect(clients.server.requests).toHaveLength(5);
    },
  );

  it('forgets what the answer to it names, of the same origin', async () => {
    const { ask } = await clients.start(client);
    clients.server.gives(FRESH);
    const paths = ['/made', '/changed', '/other'];
    for (const path of paths) await ask({ path });
    clients.server.gives({ location: '/made', 'content-location': `${clients.server.origin}/changed` }, 201);
    await ask({ method: 'POST', path: '/orders' });
    clients.server.gives({ location: 'http://127.0.0.2/other' }, 201);
    await ask({ method: 'POST', path: '/orders' });
    clients.server.gives(FRESH);
    const before = clients.server.requests.length;
    for (const path of paths) await ask({ path });
    expect(clients.server.requests.slice(before).map(({ url }) => url)).toEqual(['/made', '/changed']);
  });

  it('forgets nothing with a write that was refused', async () => {
    const { ask } = await clients.start(client);
    clients.server.gives(FRESH);
    await ask();
    clients.server.gives({}, 422);
    await ask({ method: 'POST' });
    expect((await ask()).text).toBe('answer 1');
  });

  it('does not keep what was asked for before a write', async () => {
    const { ask } = await clients.start(client);
    const release = held();
    const read = ask();
    await until(1);
    clients.server.gives();
    await ask({ method: 'PUT' });
    release();
    expect((await read).text).toMatch(/^answer/);
    clients.server.gives(FRESH);
    expect((await ask()).text).toBe('answer 3');
  });

  it('answers HEAD from the answer to GET, and keeps its own', async () => {
    const { ask } = await clients.start(client);
    clients.server.gives({ ...FRESH, 'x-version': '1' });
    await ask();
    const head = await ask({ method: 'HEAD' });
    expect([head.text, head.header('x-version'), clients.server.requests.length]).toEqual(['', '1', 1]);
    await ask({ method: 'HEAD', path: '/b' });
    await ask({ method: 'HEAD', path: '/b' });
    expect(clients.server.requests).toHaveLength(2);
    expect((await ask({ path: '/b' })).text).toBe('answer 3');
  });

  it('passes on what is larger than an entry may be, whole', async () => {
    const { ask, provider } = await clients.start(client, { http: { cache: { maxEntryBytes: 1000 } } });
    const large = 'x'.repeat(50_000);
    clients.server.answer = (_request, response) => {
      response.writeHead(200, FRESH);
      response.write(large.slice(0, 900));
      setImmediate(() => response.end(large.slice(900)));
    };
    expect((await ask()).text).toBe(large);
    clients.server.answer = (_request, response) =>
      response.writeHead(200, { ...FRESH, 'content-length': '50000' }).end(large);
    expect((await ask()).text).toBe(large);
    expect(provider.snapshot().httpCache).toMatchObject({ entries: 0, bypassed: 2 });
  });

  it('keeps unpacked what came packed', async () => {
    const { ask } = await clients.start(client);
    const gzipped = gzipSync('unpacked '.repeat(100));
    clients.server.answer = (_request, response) =>
      response.writeHead(200, { ...FRESH, 'content-encoding': 'gzip', vary: 'accept-encoding' }).end(gzipped);
    const answers = [await ask(), await ask({ headers: { 'Accept-Encoding': 'br' } })];
    expect(textsOf(answers)).toEqual(Array.from({ length: 2 }, () => 'unpacked '.repeat(100)));
    expect(answers.map(({ header }) => header('content-encoding'))).toEqual([null, null]);
    expect(clients.server.requests).toHaveLength(1);
  });

  it('keeps no more bytes than it may', async () => {
    const { ask, provider } = await clients.start(client, { http: { cache: { maxBytes: 5000, maxEntries: 3 } } });
    clients.server.gives(FRESH);
    for (let page = 0; page < 20; page++) await ask({ path: `/?page=${page}` });
    const { entries, bytes } = provider.snapshot().httpCache!;
    expect([entries, bytes < 5000]).toEqual([3, true]);
  });

  it('forgets all when it is told to', async () => {
    const { ask, provider } = await clients.start(client);
    clients.server.gives(FRESH);
    await ask();
    await ask({ path: '/b' });
    expect(provider.invalidate({ url: '/b' })).toBe(1);
    expect((await ask()).text).toBe('answer 1');
    expect([provider.invalidate({ operation: 'find' }), provider.invalidate()]).toEqual([0, 1]);
    expect((await ask()).text).toBe('answer 3');
  });
});
