import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { httpError, outcomeOf } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';

function bench(options: ProviderOptions) {
  const clock = new TestClock();
  const provider = createProvider('crm', options, { clock });
  const call = (operation: string, work: () => unknown = () => 'ok') =>
    outcomeOf(provider.execute(work, { operation }));
  return { clock, provider, call };
}

const OK = { value: 'ok' };
const REFUSED = { error: { code: 'RATE_LIMITED' } };

describe('rate limit of one method', () => {
  const both: ProviderOptions = {
    rateLimit: { limit: 4, per: '1m' },
    methods: { search: { rateLimit: { limit: 2, per: '1m' } } },
  };

  it('stands beside the one that all methods share: its calls draw from both', async () => {
    const { call } = bench(both);
    expect([await call('search'), await call('search')]).toEqual([OK, OK]);
    expect(await call('search')).toMatchObject(REFUSED);
    expect([await call('list'), await call('list')]).toEqual([OK, OK]);
    expect(await call('list')).toMatchObject(REFUSED);
  });

  it('takes nothing of its own where the shared one refuses', async () => {
    const { call, clock } = bench(both);
    for (let i = 0; i < 4; i++) expect(await call('list')).toEqual(OK);
    for (let i = 0; i < 5; i++) expect(await call('search')).toMatchObject(REFUSED);
    await clock.advance('1m');
    expect([await call('search'), await call('search')]).toEqual([OK, OK]);
  });

  it('stands in place of the shared one where it says so', async () => {
    const { call } = bench({
      rateLimit: { limit: 4, per: '1m' },
      methods: { search: { rateLimit: { limit: 2, shared: false } } },
    });
    expect([await call('search'), await call('search')]).toEqual([OK, OK]);
    for (let i = 0; i < 4; i++) expect(await call('list')).toEqual(OK);
    expect(await call('list')).toMatchObject(REFUSED);
  });

  it('is alone where the provider has none', async () => {
    for (const rateLimit of [undefined, false] as const) {
      const { call, provider } = bench({
        ...(rateLimit === false && { rateLimit }),
        methods: { search: { rateLimit: { limit: 1, per: '1m' } } },
      });
      expect(await call('search')).toEqual(OK);
      expect(await call('search')).toMatchObject(REFUSED);
      expect(await call('list')).toEqual(OK);
      expect(provider.snapshot().policies).toMatchObject([{ kind: 'rateLimit', operation: 'search' }]);
    }
  });

  it('learns alone from the answers of its calls: a spent or throttled method stops no other', async () => {
    const spent = { status: 200, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '40' } };
    const { call, provider } = bench({
      rateLimit: { limit: 100 },
      methods: { search: { rateLimit: { limit: 100 } }, other: { rateLimit: { limit: 100 } } },
    });
    await call('other');
    await call('search', () => provider.observe(spent));
    expect(await call('search')).toMatchObject({ error: { retryAfterMs: 40_000 } });
    expect([await call('list'), await call('other')]).toEqual([OK, OK]);
    const throttled = httpError(429, { 'retry-after': '30' });
    await call('other', () => Promise.reject(throttled));
    expect(await call('other')).toMatchObject({ error: { why: 'paused-by-provider', retryAfterMs: 30_000 } });
    expect(await call('list')).toEqual(OK);
    await call('list', () => Promise.reject(throttled));
    expect(await call('list')).toMatchObject({ error: { why: 'paused-by-provider' } });
  });

  it('learns from an answer outside of a call where that is told whose it is', async () => {
    const spent = { status: 200, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '40' } };
    const { call, provider } = bench({ rateLimit: { limit: 100 }, methods: { search: { rateLimit: { limit: 100 } } } });
    await call('search');
    provider.observe(spent, { operation: 'search' });
    expect(await call('search')).toMatchObject(REFUSED);
    expect(await call('list')).toEqual(OK);
    provider.observe(spent);
    expect(await call('list')).toMatchObject(REFUSED);
  });
});

describe('rate limit of one key', () => {
  it('learns from an answer outside of a call where that is told whose it is, also of a key that is new', async () => {
    const { provider } = bench({ rateLimit: { limit: 100 } });
    const spent = { status: 200, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '40' } };
    provider.observe(spent, { key: 'a' });
    const run = (key?: string) => outcomeOf(provider.execute(() => 'ok', { ...(key !== undefined && { key }) }));
    expect(await run('a')).toMatchObject(REFUSED);
    expect([await run('b'), await run()]).toEqual([OK, OK]);
  });
});

describe('handle of a rate limit', () => {
  it('opens by hand what the provider has closed, for all methods and keys, and forgets nothing that was sent', async () => {
    const { provider, call } = bench({
      rateLimit: { limit: 5, per: '1h' },
      methods: { search: { rateLimit: { limit: 5, per: '1h' } } },
    });
    await call('search');
    const throttled = { status: 429, headers: { 'retry-after': '3600' } };
    for (const whose of [{}, { operation: 'search' }, { key: 'tenant' }]) provider.observe(throttled, whose);
    expect(provider.rateLimit!.snapshot()).toMatchObject({ waitMs: 3_600_000, throttled: 1 });
    provider.rateLimit!.reset();
    expect(provider.rateLimit!.snapshot()).toMatchObject({ waitMs: 0, quotas: [{ limit: 5, used: 1 }] });
    expect(await call('search')).toEqual(OK);
    expect(await outcomeOf(provider.execute(() => 'ok', { key: 'tenant' }))).toEqual(OK);
  });

  it('is not there without a rate limit', () => {
    expect(bench({ retry: {} }).provider.rateLimit).toBeUndefined();
  });

  it('lets those who wait go on', async () => {
    const { provider, clock } = bench({ rateLimit: { limit: 5, wait: '2h' } });
    provider.observe({ status: 429, headers: { 'retry-after': '3600' } });
    const waiting = outcomeOf(provider.execute(() => clock.now()));
    await clock.advance('1s');
    provider.rateLimit!.reset();
    expect(await waiting).toEqual({ value: 1000 });
  });
});
