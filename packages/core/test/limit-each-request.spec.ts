import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProvider, RateLimitedError, type ProviderOptions, type ResilientProvider } from '../src/index.js';
import { outcomeOf } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { TestClock } from '../src/testing/test-clock.js';

describe('a rate limit from which each request draws', () => {
  let server: HttpServer;
  let clock: TestClock;
  let provider: ResilientProvider;

  beforeEach(async () => {
    server = new HttpServer();
    clock = new TestClock();
    await server.listen();
  });
  afterEach(() => {
    server.close();
    provider.close();
  });

  function start(options: ProviderOptions, http: ProviderOptions['http'] = { limitEachRequest: true }) {
    const given = { http: { baseUrl: server.origin, ...http }, ...options };
    provider = createProvider('shop', given, { clock, trackCalls: true, warn: () => undefined });
    return provider;
  }

  const pages = (count: number) => async () => {
    for (let page = 0; page < count; page++) await (await provider.fetch(`/?page=${page}`)).text();
    return count;
  };

  it('takes thirty tokens for thirty pages, and refuses the request after the last', async () => {
    start({ rateLimit: { limit: 30, per: '1m' } });
    expect(await provider.execute(pages(30))).toBe(30);
    expect(provider.rateLimit!.snapshot()).toMatchObject({ admitted: 30 });
    const refused = provider.execute(pages(1));
    await expect(refused).rejects.toBeInstanceOf(RateLimitedError);
    expect(server.requests).toHaveLength(30);
  });

  it('takes one token for each call otherwise', async () => {
    start({ rateLimit: { limit: 30, per: '1m' } }, {});
    await provider.execute(pages(5));
    expect(provider.rateLimit!.snapshot()).toMatchObject({ admitted: 1 });
  });

  it('has a request wait its turn, and the call go on with it', async () => {
    start({ rateLimit: { limit: 2, per: '1s', wait: '5s' } });
    const read = provider.execute(pages(3));
    while (provider.rateLimit!.snapshot().queued === 0) await new Promise(setImmediate);
    expect(server.requests).toHaveLength(2);
    await clock.advance('1s');
    expect([await read, server.requests.length]).toEqual([3, 3]);
  });

  it('has it wait no longer than the call may, or its caller wants', async () => {
    start({ rateLimit: { limit: 1, per: '1m', wait: '5m' }, timeout: { total: '10s' } });
    await provider.execute(pages(1));
    expect(await outcomeOf(provider.execute(pages(1)))).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    const caller = new AbortController();
    const other = start({ rateLimit: { limit: 1, per: '1m', wait: '5m' } });
    await other.execute(pages(1));
    const read = other.execute(pages(1), { signal: caller.signal });
    while (other.rateLimit!.snapshot().queued === 0) await new Promise(setImmediate);
    caller.abort(new Error('the user left'));
    await expect(read).rejects.toThrow('the user left');
    expect([other.rateLimit!.snapshot().queued, server.requests.length]).toEqual([0, 2]);
  });

  it('closes with the 429 of a request, whatever its call makes of it', async () => {
    start({ rateLimit: { limit: 30, per: '1m' } });
    server.says(429, { 'retry-after': '7' });
    await provider.execute(pages(1));
    const refused = await outcomeOf(provider.execute(pages(1)));
    expect(refused).toMatchObject({ error: { code: 'RATE_LIMITED', why: 'paused-by-provider' } });
    expect(server.requests).toHaveLength(1);
  });

  it('sends the key of its call, and a POST of unknown outcome once where there is none', async () => {
    start({ rateLimit: { limit: 30, per: '1m' }, retry: { attempts: 3, backoff: { initial: 1, max: 1 } } });
    server.drops();
    const charge = () => provider.fetch('/charges', { method: 'POST', body: '{}' });
    await outcomeOf(provider.execute(charge));
    expect(server.requests).toHaveLength(1);
    server.says(200);
    await provider.execute(charge, { idempotencyKey: 'order-1' });
    expect(server.requests[1]!.headers['idempotency-key']).toBe('order-1');
  });

  it('limits requests outside of calls, and none where there is no limit', async () => {
    start({ rateLimit: { limit: 1, per: '1m' } });
    await provider.fetch('/');
    await expect(provider.fetch('/')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    start({});
    expect((await provider.fetch('/')).status).toBe(200);
  });
});
