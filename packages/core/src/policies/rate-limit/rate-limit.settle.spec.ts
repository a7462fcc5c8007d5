import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../engine/call.js';
import { liveProvider, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { TestClock } from '../../testing/test-clock.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import type { RateLimitOptions } from './rate-limit.options.js';
import type { RateLimitSnapshot } from './rate-limit.telemetry.js';

/** A provider whose calls are kept by their caller once they have ended. */
function bench(rateLimit: RateLimitOptions, more: ProviderOptions = {}) {
  const clock = new TestClock();
  const provider = liveProvider('llm', { rateLimit, ...more }, { clock });
  const ended = async (key?: string) => {
    let kept: Call | undefined;
    await provider.execute((call) => void (kept = call), { ...(key !== undefined && { key }) });
    return kept!;
  };
  const used = () => {
    const shown = provider.snapshot().policies.find(({ kind }) => kind === 'rateLimit') as unknown as RateLimitSnapshot;
    return shown.quotas.map((quota) => quota.used);
  };
  return { clock, provider, ended, used };
}

describe('a cost that is known after the call has ended', () => {
  it('corrects what the call took, as often as it is told', async () => {
    const { ended, used } = bench({
      quotas: [
        { limit: 10, per: '1m', unit: 'requests' },
        { limit: 1000, per: '1m' },
      ],
      cost: 400,
    });
    const call = await ended();
    call.settle(900);
    expect(used()).toEqual([1, 900]);
    call.settle(100);
    expect(used()).toEqual([1, 100]);
  });

  it('counts, too, where it was nothing at first, however many have come and gone meanwhile', async () => {
    for (const quota of [{ limit: 1000 }, { limit: 2000 }, { bucket: 1000, refill: 1000 }]) {
      const { ended, used, clock } = bench({ ...quota, per: '1m', cost: 0 } as RateLimitOptions);
      const calls: Call[] = [];
      for (let i = 0; i < 40; i++) calls.push(await ended());
      calls[0]!.settle(300);
      calls[20]!.settle(200);
      calls[0]!.settle(100);
      expect(used()).toEqual([300]);
      await clock.advance('61s');
      expect(used()).toEqual([0]);
      calls[1]!.settle(500);
      expect(used()).toEqual([0]);
    }
  });

  it('lets those who wait go on, where it is less', async () => {
    const { ended, provider } = bench({ limit: 1000, per: '1m', cost: 600, wait: '1h' });
    const call = await ended();
    const next = watch(provider.execute(() => 'next'));
    await turn();
    expect(next.settled).toBe(false);
    call.settle(100);
    await turn();
    expect(next.value).toBe('next');
  });

  it('is that of its own call, however many have come after it', async () => {
    const { ended, used, provider } = bench({
      limit: 10_000,
      per: '1m',
      cost: (args) => (args === undefined ? 10 : 1),
    });
    const first = await ended();
    for (let i = 0; i < 50; i++) await provider.execute(() => i, { args: [i] });
    first.settle(1000);
    expect(used()).toEqual([1050]);
  });

  it.each([
    ['a window', { limit: 1000, per: '10s' }],
    ['slices of a window', { limit: 2000, per: '10s' }],
    ['a paced window', { limit: 1000, burst: 800, per: '10s' }],
    ['a bucket', { bucket: 1000, refill: 100, per: '1s' }],
  ] as const)('is ignored once %s counts the call no more', async (_name, quota) => {
    const { ended, used, clock } = bench({ ...quota, cost: 400 });
    const call = await ended();
    await clock.advance('9s');
    call.settle(500);
    expect(used()[0]).toBeGreaterThan(0);
    await clock.advance('2s');
    call.settle(900);
    expect(used()).toEqual([0]);
  });

  it('is ignored after the quotas have changed, which count what was taken', async () => {
    const { ended, used, provider } = bench({ limit: 1000, per: '1m', cost: 400 });
    const call = await ended();
    provider.reconfigure({ rateLimit: { limit: 2000 } });
    call.settle(900);
    expect(used()).toEqual([400]);
  });

  it('is that of one key alone', async () => {
    const { ended, provider } = bench({ limit: 1000, per: '1m', cost: 400 });
    const call = await ended('tenant');
    call.settle(900);
    expect(await outcomeOf(provider.execute(() => 1, { key: 'tenant' }))).toMatchObject({
      error: { why: 'quota-spent' },
    });
    expect(await outcomeOf(provider.execute(() => 1, { key: 'other' }))).toEqual({ value: 1 });
  });

  it('is ignored where its method has no price: what it took may be another call’s by now', async () => {
    const { ended, used, provider } = bench({ limit: 1000, per: '1m' });
    const call = await ended();
    const work = deferred();
    void provider.execute(() => work.promise);
    call.settle(900);
    expect(used()).toEqual([2]);
    work.resolve(1);
    await turn();
    call.settle(900);
    expect(used()).toEqual([2]);
  });

  it('is that of the last attempt', async () => {
    const { provider, used, clock } = bench({ limit: 1000, per: '1m', cost: 100 }, { retry: { attempts: 2 } });
    let kept: Call | undefined;
    const result = watch(
      provider.execute((call) => {
        kept = call;
        if (call.attempt === 1)
          throw Object.assign(new Error('away'), { status: 503, headers: { 'retry-after': '1' } });
      }),
    );
    await clock.advance('5s');
    expect(result).toEqual({ settled: true, value: undefined });
    kept!.settle(300);
    expect(used()).toEqual([400]);
  });

  it('is that of the attempt that went out, also where a later one did not', async () => {
    const more: ProviderOptions = { retry: { attempts: 2 }, bulkhead: { concurrency: 1 } };
    const { provider, used, clock } = bench({ limit: 1000, per: '1m', cost: 100 }, more);
    let kept: Call | undefined;
    const failed = watch(
      provider.execute((call) => {
        kept = call;
        throw Object.assign(new Error('away'), { status: 503, headers: { 'retry-after': '1' } });
      }),
    );
    await turn();
    const work = deferred();
    const other = provider.execute(() => work.promise);
    await clock.advance('5s');
    expect([failed.settled, provider.rateLimit!.snapshot().givenBack]).toEqual([true, 1]);
    kept!.settle(700);
    expect(used()).toEqual([700 + 100]);
    work.resolve(1);
    await other;
  });

  it('is no other than a whole number from 0', async () => {
    const { ended } = bench({ limit: 1000, per: '1m', cost: 400 });
    const call = await ended();
    expect(() => call.settle(-1)).toThrow('a call cannot have cost -1; expected a whole number from 0');
  });
});
