import { describe, expect, it } from '@jest/globals';
import { LiveCall } from '../../engine/live-call.js';
import { Pipeline } from '../../engine/pipeline.js';
import type { Gate } from '../../engine/policy.js';
import type { Layer } from '../../settings/merge-settings.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { readSettings } from '../../settings/read-settings.js';
import { environmentOf, httpError, liveProvider, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { rateLimitKind } from './rate-limit.kind.js';
import type { RateLimitOptions } from './rate-limit.options.js';

/** A provider, and methods of it with options of their own. */
function bench(rateLimit: RateLimitOptions, more: ProviderOptions = {}) {
  const clock = new TestClock();
  const provider = liveProvider('crm', { rateLimit, ...more }, { clock });
  const events = recordEvents(provider);
  const startedAt: [string, number][] = [];
  const method = (operation: string, options: Partial<RateLimitOptions> = {}) => {
    const faults: { path: string; message: string }[] = [];
    const policies = new Map<string, Layer>([['rateLimit', options as Layer]]);
    const pipeline = provider.pipelineFor({ operation, policies, every: true }, faults);
    expect(faults).toEqual([]);
    return (...args: unknown[]) => {
      const work = () => void startedAt.push([operation, clock.now()]);
      return watch(provider.run(pipeline, provider.newCall(operation, args, work)));
    };
  };
  const snapshot = () => provider.snapshot().policies.find(({ kind }) => kind === 'rateLimit')!;
  return { clock, provider, events, startedAt, method, snapshot };
}

describe('rate limit with a price', () => {
  policyContract(rateLimitKind, { options: { limit: 10_000, burst: 5000, cost: 2, priority: () => 'background' } });

  describe('what calls cost', () => {
    it('is taken at once, and no more than there is', async () => {
      const { method, clock, startedAt } = bench({ limit: 100, burst: 20 });
      const cheap = method('cheap');
      const dear = method('dear', { cost: 15 });
      dear();
      for (let i = 0; i < 5; i++) cheap();
      await turn();
      expect(startedAt).toHaveLength(6);
      const refused = cheap();
      const refusedDear = dear();
      await turn();
      // A hundred in 1000 ms and the 50 ms by which calls may arrive late.
      expect(refused.error).toMatchObject({ why: 'quota-spent', retryAfterMs: 10.5 });
      expect(refusedDear.error).toMatchObject({ why: 'quota-spent', retryAfterMs: 15 * 10.5 });
      await clock.advance(15 * 10.5);
      expect(dear().error).toBeUndefined();
    });

    it('may follow from the arguments', async () => {
      const { method, startedAt } = bench({ limit: 100, burst: 20 });
      const send = method('send', { cost: (mails: readonly string[]) => mails.length });
      send(Array(12).fill('to'));
      send(Array(8).fill('to'));
      const refused = send(['to']);
      await turn();
      expect(startedAt).toHaveLength(2);
      expect(refused.error).toMatchObject({ code: 'RATE_LIMITED' });
    });

    it('is asked anew for each attempt, and of one call only', async () => {
      const { method, provider, snapshot } = bench({ limit: 100, burst: 20 });
      const asked: unknown[] = [];
      const dear = method('dear', { cost: (value: number) => (asked.push(value), 20) });
      dear(7);
      await turn();
      expect(asked).toEqual([7]);
      expect(snapshot()).toMatchObject({ admitted: 1 });
      // One token is not there, and of twenty it would be longer.
      const { error } = (await outcomeOf(provider.execute(() => 1))) as { error: { retryAfterMs: number } };
      expect(error.retryAfterMs).toBeCloseTo(10.5, 9);
    });

    it('is the same when another gate makes the call wait before it reaches the limit', async () => {
      const environment = environmentOf(new TestClock());
      const { settings } = readSettings(rateLimitKind.schema, { limit: 100, burst: 10, cost: 5 }, '');
      const [price, limit] = rateLimitKind.specs(settings).map((spec) => spec.create(environment));
      const slow: Gate = { kind: 'slow', enter: () => turn(), leave: () => undefined };
      const pipeline = new Pipeline([price!, slow, limit!], environment);
      const calls = [1, 2, 3, 4].map(() => watch(pipeline.run(new LiveCall(environment, 'send', [], () => 'sent'))));
      await turn();
      await turn();
      expect(calls.map(({ value }) => value)).toEqual(['sent', 'sent', undefined, undefined]);
      expect(calls[2]!.error).toMatchObject({ why: 'quota-spent' });
    });

    it('holds for those who wait, too', async () => {
      const { method, clock, startedAt } = bench({ limit: 5, burst: 3, wait: '1h' });
      const dear = method('dear', { cost: 3 });
      const cheap = method('cheap');
      for (const call of [dear, dear, cheap]) call();
      await clock.advance('10s');
      // The first leaves the window a second after it has arrived at the latest; of a burst of three a token comes
      // every 210 ms.
      expect(startedAt).toEqual([
        ['dear', 0],
        ['dear', 1050],
        ['cheap', 1260],
      ]);
    });

    it('of more than there ever is at once is refused at once, and not waited for', async () => {
      const { method, events, clock, snapshot } = bench({ limit: 100, burst: 20, wait: '1h' });
      const refused = method('send', { cost: (count: number) => count })(21);
      const allowed = method('sendOne', { cost: (count: number) => count })(20);
      await turn();
      expect(refused.error).toMatchObject({
        code: 'RATE_LIMITED',
        why: 'cost-too-high',
        provider: 'crm',
        operation: 'send',
        retryAfterMs: undefined,
        message: 'crm: rate limited (cost too high); it costs 21, and there is never more than 20 at once',
      });
      expect(events.ofType('rateLimit.refused')).toEqual([
        expect.objectContaining({ operation: 'send', detail: { why: 'cost-too-high' } }),
      ]);
      expect(allowed).toEqual({ settled: true, value: undefined });
      expect(snapshot()).toMatchObject({ queued: 0, refused: 1, admitted: 1 });
      expect(clock.pendingTimers()).toBe(0);
    });

    it('of nothing passes without taking anything, before those who wait', async () => {
      const { method, clock, startedAt } = bench({ limit: 1, per: '1m', wait: '1h' });
      const paid = method('paid');
      const free = method('free', { cost: 0 });
      for (const call of [paid, paid, free, free]) call();
      await turn();
      expect(startedAt.map(([name]) => name)).toEqual(['paid', 'free', 'free']);
      await clock.advance(59_999);
      expect(startedAt).toHaveLength(3);
      await clock.advance(1);
      expect(startedAt).toHaveLength(4);
    });

    it('of nothing waits for a pause like all others', async () => {
      const { method, provider } = bench({ limit: 100 });
      provider.observe({ status: 429, headers: { 'retry-after': '7' } });
      const refused = method('free', { cost: 0 })();
      await turn();
      expect(refused.error).toMatchObject({ why: 'paused-by-provider', retryAfterMs: 7000 });
    });

    it('of nothing waits for no quota of which the provider said that it is spent', async () => {
      const { method, provider, startedAt } = bench({ limit: 100, burst: 20 });
      const work = deferred();
      for (let i = 0; i < 3; i++) void provider.execute(() => work.promise);
      await turn();
      provider.observe({ status: 200, headers: { ratelimit: '"default";r=0;t=60' } });
      method('free', { cost: 0 })();
      method('paid')();
      await turn();
      expect(startedAt.map(([name]) => name)).toEqual(['free']);
      work.resolve(1);
    });

    it('counts against what the provider said remains', async () => {
      const { method, provider, startedAt } = bench({ limit: 1000, burst: 500 });
      provider.observe({ status: 200, headers: { ratelimit: '"default";r=10;t=60' } });
      const dear = method('dear', { cost: 4 });
      for (let i = 0; i < 3; i++) dear();
      const refused = dear();
      method('cheap')();
      await turn();
      expect(startedAt.map(([name]) => name)).toEqual(['dear', 'dear', 'cheap']);
      expect(refused.error).toMatchObject({ retryAfterMs: 60_000 });
    });

    it('counts for calls that were under way when the response was made, each taken to cost the same', async () => {
      const { provider, method, startedAt } = bench({ limit: 1000, burst: 500, cost: 10 });
      const work = deferred();
      for (let i = 0; i < 4; i++) void provider.execute(() => work.promise);
      await turn();
      provider.observe({ status: 200, headers: { ratelimit: '"default";r=55;t=60' } });
      const next = method('next');
      for (let i = 0; i < 4; i++) next();
      await turn();
      // Thirty are under way, so that of 55 two calls more may go.
      expect(startedAt).toHaveLength(2);
      work.resolve(1);
    });

    it('counts for calls under way as it has turned out', async () => {
      const { provider, snapshot } = bench({ limit: 1000, burst: 500, cost: 10 });
      const work = deferred();
      void provider.execute((call) => {
        call.settle(50);
        return work.promise;
      });
      void provider.execute(() => work.promise);
      await turn();
      provider.observe({ status: 200, headers: { ratelimit: '"default";r=31;t=60' } });
      // Sixty are under way, of which each of the two is taken to cost half: one token is left.
      expect(snapshot()).toMatchObject({ waitMs: 0 });
      await provider.execute(() => 1, { policies: [] });
      provider.observe({ status: 200, headers: { ratelimit: '"default";r=30;t=60' } });
      expect(snapshot()).toMatchObject({ waitMs: 60_000 });
      work.resolve(1);
    });

    it('is not taken of a quota of requests: each call is one of them', async () => {
      const { provider, method, startedAt } = bench({ limit: 150_000, per: '1m', wait: '1s' });
      const send = method('send', { cost: (tokens: number) => tokens });
      send(1000);
      await turn();
      provider.observe({
        status: 200,
        headers: { 'x-ratelimit-remaining-requests': '12', 'x-ratelimit-reset-requests': '60s' },
      });
      for (let i = 0; i < 12; i++) send(1000);
      const refused = send(1000);
      await turn();
      expect(startedAt).toHaveLength(13);
      expect(refused.error).toMatchObject({ why: 'quota-spent', retryAfterMs: 60_000 });
    });

    it('is not taken of a quota of requests by those who wait either', async () => {
      const { provider, method, clock, startedAt } = bench({ limit: 100, per: '1s', burst: 20, wait: '1m' });
      const send = method('send', { cost: 20 });
      const headers = { 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '2m' };
      provider.observe({ status: 200, headers });
      const calls = Array.from({ length: 4 }, () => send());
      await turn();
      expect(calls[3]!.error).toMatchObject({ why: 'quota-spent' });
      await clock.advance('1s');
      expect(startedAt).toHaveLength(3);
    });

    it('is not what calls under way have taken of a quota of requests', async () => {
      const { provider, method, startedAt } = bench({ limit: 1000, burst: 500, cost: 10 });
      const work = deferred();
      for (let i = 0; i < 4; i++) void provider.execute(() => work.promise);
      await turn();
      const headers = { 'x-ratelimit-remaining-requests': '5', 'x-ratelimit-reset-requests': '60s' };
      provider.observe({ status: 200, headers });
      const next = method('next');
      for (let i = 0; i < 4; i++) next();
      await turn();
      // Three are under way beside the call whose response this is.
      expect(startedAt).toHaveLength(2);
      work.resolve(1);
    });

    it.each([
      ['NaN', Number.NaN, 'NaN'],
      ['a negative number', -1, '-1'],
      ['infinity', Number.POSITIVE_INFINITY, 'Infinity'],
      ['a part', 1.5, '1.5'],
      ['something else', '3', 'string'],
    ])('of %s is reported once, and the call costs 1', async (_name, cost, shown) => {
      const { method, snapshot, startedAt, provider } = bench({ limit: 100 });
      const events = recordEvents(provider);
      for (let calls = 0; calls < 3; calls++) method('send', { cost: () => cost as number })();
      await turn();
      expect(startedAt).toHaveLength(3);
      expect(snapshot()).toMatchObject({ admitted: 3, refused: 0 });
      expect(events.ofType('callback.failed').map(({ operation, detail }) => [operation, detail])).toEqual([
        ['send', { callback: 'rateLimit.cost', reason: `returned ${shown}; expected a whole number from 0` }],
      ]);
    });

    it('of a promise is reported like any other, and its rejection is handled', async () => {
      const { method, provider, startedAt } = bench({ limit: 100 });
      const events = recordEvents(provider);
      const cost = () => Promise.reject(new Error('no such customer')) as unknown as number;
      method('send', { cost })();
      await turn();
      expect(startedAt).toHaveLength(1);
      expect(events.ofType('callback.failed').map(({ detail }) => detail)).toEqual([
        { callback: 'rateLimit.cost', reason: 'returned object; expected a whole number from 0' },
      ]);
    });

    it('of nothing, by a function of the arguments, takes nothing', async () => {
      const { method, snapshot, provider } = bench({ limit: 1, per: '1m' });
      const events = recordEvents(provider);
      const send = method('send', { cost: (mails: number) => mails });
      for (const mails of [0, 0, 1, 0]) send(mails);
      await turn();
      expect(snapshot()).toMatchObject({ admitted: 4, refused: 0, quotas: [{ used: 1 }] });
      expect(events.types).not.toContain('callback.failed');
    });

    it('that throws is reported, and the call costs 1', async () => {
      const { method, snapshot, provider } = bench({ limit: 100 });
      const events = recordEvents(provider);
      const cost = () => {
        throw new Error('no such customer');
      };
      const call = method('send', { cost })();
      await turn();
      expect(call.error).toBeUndefined();
      expect(snapshot()).toMatchObject({ admitted: 1 });
      expect(events.ofType('callback.failed').map(({ detail }) => detail)).toEqual([
        { callback: 'rateLimit.cost', reason: 'no such customer' },
      ]);
    });

    it('counts for each key apart, and for a method that has a limit of its own', async () => {
      const { provider } = bench({ limit: 100, burst: 20 });
      const link = (operation: string, own?: ReadonlySet<string>) => {
        const options = own === undefined ? { cost: 15 } : { cost: 15, shared: false };
        const policies = new Map<string, Layer>([['rateLimit', options]]);
        return provider.pipelineFor({ operation, policies, own }, []);
      };
      const [shared, alone] = [link('shared'), link('alone', new Set(['rateLimit']))];
      const run = (pipeline: typeof shared, key?: string) => {
        const call = provider.newCall('call', [], () => 'ok');
        call.key = key;
        return outcomeOf(provider.run(pipeline, call));
      };
      for (const key of [undefined, 'a', 'b']) {
        expect(await run(shared, key)).toEqual({ value: 'ok' });
        expect(await run(shared, key)).toMatchObject({ error: { code: 'RATE_LIMITED' } });
      }
      expect(await run(alone)).toEqual({ value: 'ok' });
      expect(await run(alone)).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    });

    it('may change at run time, for the next call', async () => {
      const { method, provider, startedAt } = bench({ limit: 100, burst: 20, cost: 20 });
      const call = method('send');
      provider.reconfigure({ rateLimit: { cost: 10 } });
      for (let i = 0; i < 3; i++) call();
      await turn();
      expect(startedAt).toHaveLength(2);
    });

    it('of more than new settings have at once is waited for no longer', async () => {
      const { method, provider, clock, startedAt } = bench({ limit: 100, per: '1m', burst: 20, wait: '1h' });
      const dear = method('dear', { cost: () => 20 });
      dear();
      const waiting = dear();
      const behind = method('behind')();
      await turn();
      provider.reconfigure({ rateLimit: { burst: 10 } });
      await turn();
      expect(waiting.error).toMatchObject({ code: 'RATE_LIMITED', why: 'cost-too-high', retryAfterMs: undefined });
      expect(behind.settled).toBe(false);
      await clock.advance('1m');
      expect(behind.settled).toBe(true);
      expect(startedAt.map(([name]) => name)).toEqual(['dear', 'behind']);
    });
  });

  describe('several quotas', () => {
    const both = {
      quotas: [
        { limit: 10, burst: 5 },
        { limit: 12, per: '1h', burst: 7 },
      ],
    } as const;

    it('must all admit a call, and nothing is taken of one when another refuses', async () => {
      const { method, clock, startedAt } = bench(both);
      const call = method('list');
      for (let i = 0; i < 9; i++) call();
      await turn();
      expect(startedAt).toHaveLength(5);
      await clock.advance('10s');
      for (let i = 0; i < 9; i++) call();
      await turn();
      expect(startedAt).toHaveLength(7);
      // A refused call took nothing of the seconds either: the hour has its next token after five minutes.
      const refused = call();
      await turn();
      expect((refused.error as { retryAfterMs: number }).retryAfterMs).toBeCloseTo(3_600_050 / 12 - 10_000, 6);
      await clock.advance('5m');
      call();
      await turn();
      expect(startedAt).toHaveLength(8);
    });

    it('allow at once what the smallest burst allows', async () => {
      const { method } = bench(both);
      const refused = method('list', { cost: () => 6 })();
      await turn();
      expect(refused.error).toMatchObject({ why: 'cost-too-high' });
    });

    it('are shown', () => {
      const { provider, snapshot } = bench({ quotas: [{ limit: 10 }, { limit: 1000, per: '1h', burst: 50 }] });
      expect(snapshot()).toEqual({
        kind: 'rateLimit',
        keys: 0,
        quotas: [
          { limit: 10, perMs: 1000, used: 0 },
          { limit: 1000, perMs: 3_600_000, burst: 50, used: 0 },
        ],
        queued: 0,
        queuedInBackground: 0,
        waitMs: 0,
        admitted: 0,
        waited: 0,
        refused: 0,
        throttled: 0,
        givenBack: 0,
      });
      expect(provider.snapshot().policies).toHaveLength(1);
    });

    it('go on where they stood when others take their place', async () => {
      const { method, provider, startedAt } = bench({ quotas: [{ limit: 10, burst: 5 }] });
      const call = method('list');
      for (let i = 0; i < 9; i++) call();
      await turn();
      provider.reconfigure({ rateLimit: both });
      for (let i = 0; i < 9; i++) call();
      await turn();
      expect(startedAt).toHaveLength(5);
    });
  });

  describe('who waits in the background', () => {
    it('goes after the foreground, with a share of its own', async () => {
      const { method, clock, startedAt, snapshot } = bench({ limit: 10, burst: 1, wait: '1h', backgroundShare: 0.25 });
      const user = method('user');
      const sync = method('sync', { priority: 'background' });
      user();
      for (let i = 0; i < 3; i++) sync();
      for (let i = 0; i < 6; i++) user();
      await turn();
      expect(snapshot()).toMatchObject({ queued: 9, queuedInBackground: 3 });
      await clock.advance('10s');
      const order = startedAt.map(([name]) => name);
      expect(order).toEqual(['user', 'user', 'user', 'user', 'sync', 'user', 'user', 'user', 'sync', 'sync']);
    });

    it('has a tenth unless told otherwise', async () => {
      const { method, clock, startedAt } = bench({ limit: 10, burst: 1, wait: '1h' });
      const sync = method('sync', { priority: 'background' });
      const user = method('user', { priority: 'foreground' });
      user();
      sync();
      for (let i = 0; i < 12; i++) user();
      await clock.advance('1m');
      expect(startedAt.findIndex(([name]) => name === 'sync')).toBe(10);
    });

    it('alone may wait for as long as is set for the background', async () => {
      const { method, clock } = bench({ limit: 1, per: '1s', wait: 0 });
      method('first')();
      const user = method('user', { backgroundWait: '1h' })();
      const sync = method('sync', { backgroundWait: '1h', priority: 'background' })();
      await turn();
      expect(user.error).toMatchObject({ why: 'quota-spent' });
      await clock.advance('2s');
      expect(sync).toEqual({ settled: true, value: undefined });
    });

    it('may follow from the arguments', async () => {
      const { method, clock, startedAt, events } = bench({ limit: 10, burst: 1, wait: '1h' });
      const byTenant = method('free plan', {
        priority: (plan: string) => (plan === 'free' ? 'background' : 'foreground'),
      });
      const user = method('user');
      user();
      byTenant('free');
      user();
      byTenant('paid');
      await clock.advance('1m');
      expect(startedAt.map(([name]) => name)).toEqual(['user', 'user', 'free plan', 'free plan']);
      expect(events.types).not.toContain('callback.failed');
    });

    it('is overtaken by one of the foreground that costs less and can go now', async () => {
      const { method, startedAt } = bench({ limit: 100, per: '1m', burst: 10, wait: '1h' });
      const cheap = method('user');
      const sync = method('sync', { priority: 'background', cost: 10 });
      cheap();
      sync();
      cheap();
      await turn();
      expect(startedAt.map(([name]) => name)).toEqual(['user', 'user']);
    });

    it('is overtaken by none of its own class, however little that costs', async () => {
      const { method, clock, startedAt } = bench({ limit: 100, per: '1m', burst: 10, wait: '1h' });
      const sync = method('dear', { priority: 'background', cost: 10 });
      const cheap = method('cheap', { priority: 'background' });
      cheap();
      sync();
      cheap();
      await turn();
      expect(startedAt.map(([name]) => name)).toEqual(['cheap']);
      await clock.advance('1m');
      expect(startedAt.map(([name]) => name)).toEqual(['cheap', 'dear', 'cheap']);
    });

    it('is waited for by the foreground once it is its turn, however much it costs', async () => {
      const { method, clock, startedAt } = bench({ limit: 100, burst: 4, wait: '1h', backgroundShare: 0.5 });
      const user = method('user');
      const sync = method('sync', { priority: 'background', cost: 4 });
      user();
      sync();
      for (let i = 0; i < 3; i++) user();
      await turn();
      expect(startedAt).toHaveLength(4);
      for (let i = 0; i < 3; i++) user();
      await clock.advance('1s');
      expect(startedAt.map(([name]) => name).slice(4)).toEqual(['user', 'sync', 'user', 'user']);
    });

    it('makes room for the foreground where there is no place left, the last first', async () => {
      const { method, clock, startedAt, snapshot, events } = bench({ limit: 10, burst: 1, wait: '10s', queue: 2 });
      const user = method('user');
      const sync = method('sync', { priority: 'background' });
      user();
      const [first, last] = [sync(), sync()];
      user();
      await turn();
      expect(last.error).toMatchObject({ code: 'RATE_LIMITED', why: 'queue-full', operation: 'sync' });
      expect(events.ofType('rateLimit.refused')).toMatchObject([{ operation: 'sync', detail: { why: 'queue-full' } }]);
      expect(snapshot()).toMatchObject({ queued: 2, queuedInBackground: 1, refused: 1 });
      user();
      const refused = [user(), sync()];
      await turn();
      expect(refused.map(({ error }) => (error as { why: string }).why)).toEqual(['queue-full', 'queue-full']);
      expect(first.error).toMatchObject({ why: 'queue-full' });
      await clock.advance('10s');
      expect(startedAt.map(([name]) => name)).toEqual(['user', 'user', 'user']);
    });

    it('is refused at once when all that goes before it would make it wait too long', async () => {
      const { method } = bench({ limit: 2, burst: 1, wait: '3s' });
      const user = method('user');
      const sync = method('sync', { priority: 'background' });
      for (let i = 0; i < 5; i++) user();
      const refused = sync();
      const last = user();
      await turn();
      // One token comes every 525 ms.
      expect(last.settled).toBe(false);
      expect(refused.settled).toBe(false);
      const refusedToo = [sync(), user()];
      await turn();
      expect(refusedToo[0]!.error).toMatchObject({ why: 'quota-spent', retryAfterMs: 7 * 525 });
      expect(refusedToo[1]!.error).toMatchObject({ why: 'quota-spent', retryAfterMs: 6 * 525 });
    });

    it.each([
      ['a typo', 'backgroud', 'string'],
      ['nothing', undefined, 'undefined'],
      ['a number', 2, '2'],
    ])('is not told from %s: it is reported, and the call goes in the foreground', async (_name, priority, shown) => {
      const { method, provider } = bench({ limit: 100 });
      const events = recordEvents(provider);
      const call = method('sync', { priority: () => priority as 'background' })();
      await turn();
      expect(call.error).toBeUndefined();
      expect(events.ofType('callback.failed').map(({ detail }) => detail)).toEqual([
        { callback: 'rateLimit.priority', reason: `returned ${shown}; expected 'foreground' or 'background'` },
      ]);
    });
  });

  describe('those who wait', () => {
    it('go on at once when one before them that costs more is aborted', async () => {
      const { provider, method, clock, startedAt } = bench({ limit: 100, per: '1m', burst: 10, wait: '1h' });
      method('first', { cost: 2 })();
      const caller = new AbortController();
      const faults: never[] = [];
      const dear = provider.pipelineFor(
        { operation: 'dear', policies: new Map([['rateLimit', { cost: 10 }]]) },
        faults,
      );
      const waiting = watch(
        provider.run(
          dear,
          provider.newCall('dear', [], () => 1),
          caller.signal,
        ),
      );
      method('behind', { cost: 3 })();
      await turn();
      expect(startedAt.map(([name]) => name)).toEqual(['first']);
      caller.abort('left');
      await turn();
      expect(waiting.error).toBe('left');
      expect(startedAt.map(([name]) => name)).toEqual(['first', 'behind']);
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it.each([1, 2])('make up for a late timer, which those who come late do not: at a cost of %i', async (cost) => {
      const pace = { limit: 10 * cost, burst: cost, wait: '1m' } as const;
      const late = bench(pace);
      for (let i = 0; i < 3; i++) late.method('call', { cost })();
      await turn();
      late.clock.block(130);
      await late.clock.advance('1s');
      // Ten in 1000 ms and the 50 ms by which calls may arrive late.
      expect(late.startedAt.map(([, at]) => at)).toEqual([0, 130, 210]);
      const { method, clock, startedAt } = bench(pace);
      const call = method('call', { cost });
      call();
      await clock.advance(130);
      call();
      call();
      await clock.advance('1s');
      expect(startedAt.map(([, at]) => at)).toEqual([0, 130, 235]);
    });

    it('wake for the one that goes next, also when that is a newcomer', async () => {
      const { method, clock, startedAt } = bench({ limit: 11, per: '10s', burst: 10, wait: '1h' });
      const sync = method('sync', { priority: 'background', cost: 10 });
      method('first', { cost: 10 })();
      sync();
      await turn();
      method('user')();
      await clock.advance(10_000 - 50);
      // Eleven in 10 000 ms and the 50 ms by which calls may arrive late.
      expect(startedAt).toEqual([
        ['first', 0],
        ['user', Math.ceil(10_050 / 11)],
      ]);
    });
  });

  describe('what did not reach the provider', () => {
    it('is not counted: a call that the bulkhead refused takes nothing', async () => {
      const { provider, snapshot } = bench({ limit: 3, per: '1h', burst: 2 }, { bulkhead: { concurrency: 1 } });
      const work = deferred();
      const running = watch(provider.execute(() => work.promise));
      await turn();
      for (let i = 0; i < 20; i++) {
        expect(await outcomeOf(provider.execute(() => 1))).toMatchObject({ error: { code: 'BULKHEAD_FULL' } });
      }
      expect(snapshot()).toMatchObject({ admitted: 21, givenBack: 20, waitMs: 0 });
      work.resolve('done');
      await turn();
      expect(running.value).toBe('done');
      expect(await outcomeOf(provider.execute(() => 'second'))).toEqual({ value: 'second' });
      expect(await outcomeOf(provider.execute(() => 'third'))).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    });

    it('is not counted: a call that was aborted while it waited for a slot', async () => {
      const { provider, clock } = bench(
        { limit: 3, per: '1h', burst: 2 },
        { bulkhead: { concurrency: 1, queue: 1, wait: '1h' } },
      );
      const work = deferred();
      void provider.execute(() => work.promise);
      const caller = new AbortController();
      const waiting = watch(provider.execute(() => 'never', { signal: caller.signal }));
      await clock.advance('10m');
      caller.abort('left');
      await turn();
      expect(waiting.error).toBe('left');
      work.resolve(1);
      await turn();
      expect(await outcomeOf(provider.execute(() => 'instead'))).toEqual({ value: 'instead' });
    });

    it('is there for those who wait, at once', async () => {
      const { provider, clock, snapshot } = bench(
        { limit: 3, per: '1h', burst: 2, wait: '2h' },
        { bulkhead: { concurrency: 1, queue: 5 } },
      );
      const work = deferred();
      void provider.execute(() => work.promise);
      const caller = new AbortController();
      void outcomeOf(provider.execute(() => 'never', { signal: caller.signal }));
      const waiting = watch(provider.execute(() => 'went on'));
      await turn();
      expect(snapshot()).toMatchObject({ queued: 1 });
      caller.abort('left');
      await turn();
      expect(snapshot()).toMatchObject({ queued: 0, givenBack: 1 });
      work.resolve(1);
      await clock.advance(0);
      expect(waiting.value).toBe('went on');
    });

    it('is given back of all quotas and of what the provider said remains, as much as it cost', async () => {
      const { provider, method } = bench(
        {
          quotas: [
            { limit: 30, per: '1m', burst: 10 },
            { limit: 30, per: '1h', burst: 10 },
          ],
        },
        { bulkhead: { concurrency: 1 } },
      );
      const work = deferred();
      void provider.execute(() => work.promise);
      provider.observe({ status: 200, headers: { ratelimit: '"default";r=9;t=3600' } });
      const dear = method('dear', { cost: 9 });
      for (let i = 0; i < 3; i++) {
        const refused = dear();
        await turn();
        expect(refused.error).toMatchObject({ code: 'BULKHEAD_FULL' });
      }
      work.resolve(1);
      await turn();
      const call = dear();
      await turn();
      expect(call).toEqual({ settled: true, value: undefined });
    });

    it('is no more than the provider said remains', async () => {
      const { provider, startedAt, method } = bench({ limit: 1000, burst: 500 }, { bulkhead: { concurrency: 1 } });
      const work = deferred();
      void provider.execute(() => work.promise);
      await turn();
      provider.observe({ status: 200, headers: { ratelimit: '"default";r=1;t=3600' } });
      for (let i = 0; i < 3; i++) await outcomeOf(provider.execute(() => 1));
      work.resolve(1);
      await turn();
      const call = method('call');
      call();
      await turn();
      call();
      await turn();
      expect(startedAt).toHaveLength(1);
    });

    it.each([
      ['of which the limit knows nothing', { retry: { attempts: 3 } }, { givenBack: 1, waitMs: 0 }],
      ['for how long calls may wait', { rateLimit: { wait: '1s' } }, { givenBack: 1, waitMs: 0 }],
      ['for the quota itself: it has not gone out', { rateLimit: { limit: 3 } }, { givenBack: 1, waitMs: 0 }],
    ])('is given back after new settings %s', async (_name, patch, expected) => {
      const { provider, snapshot } = bench(
        { limit: 2, per: '1h', burst: 1 },
        { bulkhead: { concurrency: 1, queue: 1 } },
      );
      void provider.execute(() => new Promise(() => undefined), { policies: ['bulkhead'] });
      const caller = new AbortController();
      const waiting = watch(provider.execute(() => 'never', { signal: caller.signal }));
      await turn();
      provider.reconfigure(patch as Layer);
      caller.abort('left');
      await turn();
      expect(waiting.error).toBe('left');
      expect(snapshot()).toMatchObject(expected);
    });

    it.each([
      ['a failure', () => Promise.reject(httpError(503))],
      ['the caller, when the work had begun', () => new Promise(() => undefined)],
      [
        'another provider’s refusal within the work',
        () => liveProvider('bank', { bulkhead: { concurrency: 1 } }).execute(refusedInside),
      ],
    ])('is not what ended by %s: that stays counted', async (_name, work) => {
      const { provider, snapshot } = bench({ limit: 1, per: '1h' });
      const caller = new AbortController();
      const call = watch(provider.execute(work, { signal: caller.signal }));
      await turn();
      caller.abort('left');
      await turn();
      expect(call.settled).toBe(true);
      expect(snapshot()).toMatchObject({ givenBack: 0, admitted: 1 });
      expect(await outcomeOf(provider.execute(() => 1))).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    });
  });

  describe('settings', () => {
    it.each([
      [{}, 'limit: nothing given; it is required'],
      [{ per: '1s' }, 'limit: nothing given; it is required'],
      [
        { limit: 5, per: 0 },
        "per: 0 given; expected a duration such as '250ms', '2s', '5m', '24h' or a number of milliseconds of at least 1 ms",
      ],
      [{ quotas: [] }, 'quotas: a list given; expected at least one quota'],
      [
        { quotas: {} },
        "quotas: an object given; expected a list of quotas, for example [{ limit: 10 }, { limit: 1000, per: '1h' }]",
      ],
      [{ quotas: [{ per: 5 }] }, 'quotas.0.limit: nothing given; it is required'],
      [{ quotas: [{ limit: 5 }, { limit: 0 }] }, 'quotas.1.limit: 0 given; expected a whole number from 1 to 10000000'],
      [
        { quotas: [{ limit: 5, burst: 6 }] },
        'quotas.0.burst: 6 given; expected at most the limit (5); a bucket that holds more than comes back in per is { bucket: 6, refill: 5 }',
      ],
      [{ limit: 5, quotas: [{ limit: 5 }] }, 'limit: 5 given; expected within quotas, or no quotas beside it'],
      [{ per: '1s', quotas: [{ limit: 5 }] }, 'per: 1000 given; expected within quotas, or no quotas beside it'],
      [{ burst: 1, quotas: [{ limit: 5 }] }, 'burst: 1 given; expected within quotas, or no quotas beside it'],
      [{ limit: 5, cost: -1 }, 'cost: -1 given; expected a whole number from 0, or a function of the arguments'],
      [{ limit: 5, cost: 0.5 }, 'cost: 0.5 given; expected a whole number from 0, or a function of the arguments'],
      [
        { limit: 5, cost: Number.NaN },
        'cost: NaN given; expected a whole number from 0, or a function of the arguments',
      ],
      [{ limit: 100, burst: 20, cost: 21 }, 'cost: 21 given; expected at most 20: there is never more at once'],
      [{ limit: 100, cost: 101 }, 'cost: 101 given; expected at most 100: there is never more at once'],
      [
        { quotas: [{ limit: 100 }, { limit: 100, burst: 3 }], cost: 4 },
        'cost: 4 given; expected at most 3: there is never more at once',
      ],
      [
        { limit: 5, priority: 'low' },
        "priority: 'low' given; expected 'foreground', 'background' or a function of the arguments",
      ],
      [{ bucket: 40 }, 'refill: nothing given; it is required beside bucket'],
      [{ refill: 40 }, 'bucket: nothing given; it is required beside refill'],
      [{ limit: 5, bucket: 4, refill: 1 }, 'limit: 5 given; expected a limit or a bucket, not both'],
      [{ burst: 5, bucket: 8, refill: 1 }, 'burst: 5 given; expected none: a bucket has all it holds at once'],
      [
        { bucket: 1, refill: 10_000 },
        'bucket: 1 given; expected at least 7: timers carry whole milliseconds, and with less more than half of what comes back would never be used',
      ],
      [
        { limit: 10, margin: '2s' },
        'margin: 2000 given; expected at most per (1000): more than half of the quota would never be used',
      ],
      [
        { quotas: [{ bucket: 4, refill: 1, margin: '2s' }] },
        'quotas.0.margin: 2000 given; expected at most per (1000): more than half of the quota would never be used',
      ],
      [
        { limit: 5, unit: '' },
        "unit: '' given; expected 'requests', or the name of what cost counts, such as 'tokens'",
      ],
      [{ limit: 5, pause: '2m', maxPause: '1m' }, 'maxPause: 60000 given; expected at least pause (120000)'],
      [
        { quotas: [{ limit: 500 }, { limit: 2000, unit: 'tokens' }], cost: 2001 },
        'cost: 2001 given; expected at most 2000: there is never more at once',
      ],
      [{ limit: 5, backgroundShare: 0 }, 'backgroundShare: 0 given; expected a number from 0.01 to 0.99'],
      [{ limit: 5, backgroundShare: 1 }, 'backgroundShare: 1 given; expected a number from 0.01 to 0.99'],
    ])('%j is a fault', (options, message) => {
      const { faults = [] } = readSettings(rateLimitKind.schema, options, '');
      expect(faults.map(({ path, message }) => `${path.slice(1)}: ${message}`)).toEqual([message]);
    });

    it.each([
      { limit: 100, cost: 20 },
      { limit: 1, cost: 1 },
      { limit: 1, burst: 1 },
      { limit: 4 },
      { limit: 10, burst: 10 },
      { limit: 100, burst: 99 },
      { bucket: 40, refill: 2, per: '1s' },
      { bucket: 20, refill: 0.0167 },
      { bucket: 7, refill: 10_000 },
      {
        quotas: [
          { limit: 500, per: '1m' },
          { limit: 200_000, per: '1m', unit: 'tokens' },
        ],
        cost: 1500,
      },
      { quotas: [{ limit: 5, unit: 'requests' }], cost: 1500 },
      { limit: 10, margin: '1s' },
      { quotas: [{ limit: 10 }, { limit: 1000, per: '1h' }], cost: 2 },
    ])('%j is right', (options) => {
      expect(readSettings(rateLimitKind.schema, options, '').faults).toBeUndefined();
    });

    it('of methods that share a limit may differ in what calls cost and how urgent they are, and in nothing else', () => {
      const provider = liveProvider('crm', { rateLimit: { limit: 100 } });
      const faultsOf = (options: Partial<RateLimitOptions>) => {
        const faults: { path: string; message: string }[] = [];
        provider.pipelineFor({ operation: 'list', policies: new Map([['rateLimit', options as Layer]]) }, faults);
        return faults;
      };
      expect(faultsOf({ cost: 5, priority: 'background' })).toEqual([]);
      expect(faultsOf({ cost: () => 2, priority: () => 'background' })).toEqual([]);
      expect(faultsOf({ limit: 50 })).toMatchObject([{ path: 'list.rateLimit' }]);
    });
  });
});

/** Refused by a bulkhead in which it is itself. */
async function refusedInside(): Promise<never> {
  const bank = liveProvider('bank', { bulkhead: { concurrency: 1 } });
  void bank.execute(() => new Promise(() => undefined));
  return bank.execute(() => undefined as never);
}
