import type { HttpCacheOptions, ResilienceEvent } from '@breakwater/core';
import { currentLiveCall } from '@breakwater/core/adapter';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CachingClients, CLIENTS, type Ask } from './caching-clients.fixture.js';

type Started = NonNullable<Parameters<CachingClients['start']>[1]>;
const FRESH = { 'cache-control': 'max-age=60' };
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe.each(CLIENTS)('the HTTP cache of %s, within calls', (client) => {
  let clients: CachingClients;

  beforeEach(async () => {
    clients = new CachingClients();
    await clients.server.listen();
  });
  afterEach(() => clients.close());

  it('never gives an answer to another tenant or credential, also once one is rotated', async () => {
    const { ask, provider } = await clients.start(client, { http: { headers: { 'X-Api-Version': '1' } } });
    clients.server.answer = ({ headers: { authorization, 'x-api-key': key } }, response) =>
      response.writeHead(200, FRESH).end(`for ${String(authorization ?? key)}`);
    const credentials = ['Bearer a', 'Bearer b', 'Bearer rotated'];
    const tenants = ['one', 'two', undefined];
    for (let round = 0; round < 3; round++) {
      for (const credential of credentials) {
        for (const tenant of tenants) {
          const by = (name: string) => () => ask({ headers: { [name]: credential } });
          const options = tenant === undefined ? {} : { key: tenant };
          expect((await provider.execute(by('Authorization'), options)).text).toBe(`for ${credential}`);
          expect((await provider.execute(by('X-Api-Key'), options)).text).toBe(`for ${credential}`);
        }
      }
    }
    expect(clients.server.requests).toHaveLength(credentials.length * tenants.length * 2);
  });

  it('sends another credential’s requests beside those under way', async () => {
    const { ask } = await clients.start(client);
    clients.server.gives(FRESH);
    const asked = ['a', 'b', 'a'].map((name) => ask({ headers: { Authorization: `Bearer ${name}` } }));
    const texts = (await Promise.all(asked)).map(({ text }) => text);
    expect(texts[0]).toBe(texts[2]);
    expect([texts[0] === texts[1], clients.server.requests.length]).toEqual([false, 2]);
  });

  it('is a success of the call that sends nothing, and tells of no missing key', async () => {
    const { ask, provider } = await clients.start(client, { options: { circuitBreaker: {} } });
    const events: ResilienceEvent[] = [];
    clients.server.gives(FRESH);
    await ask();
    provider.events.on((event) => events.push(event));
    const sent = await provider.execute(
      async () => {
        await ask();
        return currentLiveCall()!.hasSent;
      },
      { idempotencyKey: 'order-1' },
    );
    expect([sent, events, clients.server.requests.length]).toEqual([false, [], 1]);
  });

  it('has a request count as one of its call, and the 304 as a success', async () => {
    const { ask, provider } = await clients.start(client, {
      options: { circuitBreaker: { minimumCalls: 1 }, retry: { attempts: 3, backoff: { initial: 1, max: 1 } } },
    });
    clients.server.gives({ 'cache-control': 'no-cache', etag: '"a"' });
    const look = () => provider.execute(async () => [(await ask()).status, currentLiveCall()!.hasSent]);
    expect(await look()).toEqual([200, true]);
    clients.server.gives({ etag: '"a"' }, 304);
    expect(await look()).toEqual([200, true]);
    expect(provider.circuitBreaker!.state).toBe('closed');
  });

  it('lets a failure that no stale answer stands in for be retried, and reads what explains it from the wire', async () => {
    const { ask, provider } = await clients.start(client, {
      options: { retry: { attempts: 3, backoff: { initial: 0 }, budget: false } },
    });
    clients.server.answer = (request, response) =>
      clients.server.requests.length < 3
        ? clients.server.send(request, response, {}, 503)
        : clients.server.send(request, response, FRESH);
    const read = provider.execute(async () => {
      const { status, text } = await ask();
      // As an SDK does that tells nothing of the answer in its error.
      if (status !== 200) throw new Error('the shop is closed');
      return text;
    });
    while (clients.server.requests.length < 3) {
      await turn();
      await clients.clock.advance(1);
    }
    expect(await read).toBe('answer 3');
  });

  it('observes the quota of answers that come, a 304 included, and never that of one it has kept', async () => {
    const { ask, provider } = await clients.start(client, {
      options: { rateLimit: { limit: 100, per: '1m', wait: '10m' } },
    });
    const quota = (remaining: number) => ({
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': '60',
    });
    const left = () => provider.rateLimit!.snapshot().waitMs;
    const look = () => provider.execute(() => ask());
    clients.server.gives({ ...FRESH, etag: '"a"', ...quota(0) });
    await look();
    expect(left()).toBeGreaterThan(0);
    await clients.clock.advance('61s');
    clients.server.gives({ ...FRESH, ...quota(50), etag: '"a"' }, 304);
    await look();
    expect(left()).toBe(0);
    clients.server.gives({ ...FRESH, ...quota(0) });
    await clients.clock.advance('61s');
    await look();
    provider.rateLimit!.reset();
    expect(left()).toBe(0);
    await look();
    expect([left(), clients.server.requests.length]).toEqual([0, 3]);
  });

  describe('where each request draws from the rate limit', () => {
    const limited = (more: HttpCacheOptions = {}): Started => ({
      http: { limitEachRequest: true, cache: { staleWhileLimited: '1h', ...more } },
      options: { rateLimit: { limit: 1, per: '10m', wait: '20m' } },
    });

    it('takes no token for a kept answer', async () => {
      const { ask, provider } = await clients.start(client, limited());
      clients.server.gives(FRESH);
      for (let i = 0; i < 5; i++) await provider.execute(() => ask());
      expect(provider.rateLimit!.snapshot()).toMatchObject({ admitted: 1, waited: 0, queued: 0 });
    });

    it('gives a stale answer at once, and has its request wait in line, once', async () => {
      const { ask, provider } = await clients.start(client, limited());
      clients.server.gives(FRESH);
      await provider.execute(() => ask());
      await clients.clock.advance('61s');
      const look = (): ReturnType<Ask> => provider.execute(() => ask());
      const answers = [await look(), await look()];
      expect(answers.map(({ text }) => text)).toEqual(['answer 1', 'answer 1']);
      expect(answers[0]!.header('cache-status')).toBe('breakwater; fwd=stale; ttl=-1; detail=stale-while-limited');
      expect(provider.rateLimit!.snapshot()).toMatchObject({ queued: 1 });
      await clients.clock.advance('9m');
      while (clients.server.requests.length < 2 || provider.snapshot().httpCache!.loading > 0) await turn();
      expect((await look()).text).toBe('answer 2');
    });

    it('gives a stale answer to a request that is refused', async () => {
      const { ask, provider } = await clients.start(client, {
        ...limited(),
        options: { rateLimit: { limit: 1, per: '10m' } },
      });
      clients.server.gives(FRESH);
      await provider.execute(() => ask());
      await clients.clock.advance('61s');
      expect((await provider.execute(() => ask())).text).toBe('answer 1');
      await expect(provider.execute(() => ask({ path: '/other' }))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    });

    it('has one wait whose answer may not be stale for so long', async () => {
      const { ask, provider } = await clients.start(client, limited({ staleWhileLimited: '1s' }));
      clients.server.gives(FRESH);
      await provider.execute(() => ask());
      await clients.clock.advance('61s');
      const read = provider.execute(() => ask());
      while (provider.rateLimit!.snapshot().queued === 0) await turn();
      await clients.clock.advance('9m');
      expect((await read).text).toBe('answer 2');
    });
  });

  it('goes on with the request of a call that has ended, for the others that wait', async () => {
    const { ask, provider } = await clients.start(client, { options: { timeout: { attempt: '1s' } } });
    let answer!: () => void;
    clients.server.answer = (request, response) => void (answer = () => clients.server.send(request, response, FRESH));
    const look = () => provider.execute(() => ask());
    const first = Promise.allSettled([look()]);
    while (clients.server.requests.length === 0) await turn();
    await clients.clock.advance('900ms');
    const second = look();
    await clients.clock.advance('100ms');
    expect((await first)[0].status).toBe('rejected');
    answer();
    expect((await second).text).toBe('answer 1');
    expect(clients.server.requests).toHaveLength(1);
  });

  it('tells a cache of the method’s answers whose credential a kept answer is for, and for how long it is fresh', async () => {
    const { ask, provider } = await clients.start(client, {
      options: { cache: { ttl: '1h', honorCacheControl: true } },
    });
    clients.server.gives(FRESH);
    const as = (name: string) => ({ headers: { Authorization: `Bearer ${name}` } });
    const texts = [(await ask(as('a'))).text, (await ask(as('b'))).text];
    const look = (name: string) =>
      provider.execute(async () => (await ask(as(name))).text, { operation: 'look', args: [1] });
    expect([await look('a'), await look('b')]).toEqual(texts);
    const common = () => provider.execute(async () => (await ask()).text, { operation: 'common', args: [] });
    await ask();
    await clients.clock.advance('50s');
    const before = await common();
    await clients.clock.advance('11s');
    expect(await common()).not.toBe(before);
  });

  it('aborts a request in the background that takes too long', async () => {
    const { ask, provider } = await clients.start(client);
    clients.server.gives({ 'cache-control': 'max-age=60, stale-while-revalidate=600' });
    await provider.execute(() => ask());
    await clients.clock.advance('61s');
    clients.server.answer = () => undefined;
    expect((await provider.execute(() => ask())).text).toBe('answer 1');
    while (clients.server.requests.length < 2) await turn();
    await clients.clock.advance('30s');
    while (provider.snapshot().httpCache!.refreshesFailed === 0) await turn();
    expect(provider.snapshot().httpCache).toMatchObject({ refreshes: 1, loading: 0 });
  });
});
