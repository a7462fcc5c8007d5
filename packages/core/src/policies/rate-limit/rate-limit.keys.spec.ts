import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { outcomeOf, turn } from '../../testing/calls.fixture.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import type { RateLimitOptions } from './rate-limit.options.js';

function bench(rateLimit: RateLimitOptions) {
  const clock = new TestClock();
  const provider = createProvider('crm', { rateLimit }, { clock });
  const call = (key: string) => outcomeOf(provider.execute(() => 'ok', { key }));
  const others = async (count: number) => {
    for (let i = 0; i < count; i++) {
      void call(`other ${i}`);
      if (i % 500 === 0) await turn();
    }
    await turn();
  };
  const shown = () => provider.snapshot().policies[0] as unknown as Record<string, unknown>;
  return { clock, provider, call, others, shown };
}

const REFUSED = { error: { code: 'RATE_LIMITED' } };

describe('rate limit of many keys', () => {
  it.each<[string, RateLimitOptions, number]>([
    ['window', { limit: 3, per: '1h' }, 3],
    ['large window', { limit: 2000, per: '1h', cost: 1000 }, 2],
    ['paced window', { limit: 6, burst: 3, per: '1h' }, 3],
    ['bucket', { bucket: 3, refill: 1, per: '1h' }, 3],
    [
      'quota of requests beside one of tokens',
      {
        quotas: [
          { limit: 3, per: '1h' },
          { limit: 90, per: '1m', unit: 'tokens' },
        ],
        cost: 10,
      },
      3,
    ],
  ])('knows how much of a %s a key has spent, however many others came since', async (_name, options, calls) => {
    const { call, others } = bench(options);
    for (let i = 0; i < calls; i++) expect(await call('spent')).toEqual({ value: 'ok' });
    for (let i = 0; i < calls - 1; i++) await call('half spent');
    await others(3000);
    expect(await call('spent')).toMatchObject(REFUSED);
    expect(await call('half spent')).toEqual({ value: 'ok' });
    await others(3000);
    expect(await call('half spent')).toMatchObject(REFUSED);
  });

  it('keeps few gates, and remembers a bounded number of keys that have spent little', async () => {
    const { others, shown } = bench({ limit: 100, per: '1h' });
    await others(30_000);
    expect(shown()['keys']).toBe(1000);
    expect(shown()['packedKeys']).toBe(10_000);
    expect(shown()['forgottenKeys']).toBe(19_000);
  });

  it('tells of the keys that it forgets too early: of the first at once, of the others once a minute', async () => {
    const { provider, call, others, clock } = bench({ limit: 100, per: '1h' });
    const events = recordEvents(provider);
    const told = () => events.ofType('keys.forgotten').map(({ detail }) => detail);
    await others(11_000);
    expect(told()).toEqual([]);
    await others(23_000);
    expect(told()).toEqual([{ policy: 'rateLimit', forgotten: 1 }]);
    await clock.advance('1m');
    await call('another');
    expect(told()).toHaveLength(2);
    expect(told()[1]).toMatchObject({ policy: 'rateLimit', forgotten: 23_000 });
  });

  it('remembers nothing of a key of which nothing counts any more', async () => {
    const { call, others, shown, clock } = bench({ limit: 100, per: '1s' });
    await others(2000);
    expect(shown()['packedKeys']).toBe(1000);
    await clock.advance('2s');
    for (let i = 0; i < 1000; i++) await call(`later ${i}`);
    expect([shown()['keys'], shown()['packedKeys'], shown()['forgottenKeys']]).toEqual([1000, undefined, undefined]);
  });

  it('goes on with the pause of a key, and with what the provider said of its quota', async () => {
    const { provider, call, others, clock } = bench({ limit: 100, per: '1h' });
    const answered = (key: string, status: number, headers: Record<string, string>) =>
      provider.execute(() => provider.observe({ status, headers }), { key });
    await answered('paused', 429, { 'retry-after': '600' });
    await answered('nearly spent', 200, { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '900' });
    await others(3000);
    expect(await call('paused')).toMatchObject({ error: { why: 'paused-by-provider', retryAfterMs: 600_000 } });
    expect(await call('nearly spent')).toEqual({ value: 'ok' });
    await others(3000);
    expect(await call('nearly spent')).toMatchObject({ error: { why: 'quota-spent', retryAfterMs: 900_000 } });
    await clock.advance('15m');
    expect(await call('paused')).toEqual({ value: 'ok' });
  });

  it('holds a key to new settings that came while it was away', async () => {
    const { provider, call, others } = bench({ limit: 10, per: '1h' });
    for (let i = 0; i < 4; i++) await call('tenant');
    await others(3000);
    provider.reconfigure({ rateLimit: { limit: 5 } });
    expect(await call('tenant')).toEqual({ value: 'ok' });
    expect(await call('tenant')).toMatchObject(REFUSED);
  });
});
