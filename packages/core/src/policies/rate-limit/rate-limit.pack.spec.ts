import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PRICE } from '../../engine/price.js';
import { readSettings } from '../../settings/read-settings.js';
import { environmentOf, liveCall } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import { SUCCESS, type Outcome } from '../../outcome/outcome.js';
import type { RateLimit } from './rate-limit.js';
import { rateLimitKind } from './rate-limit.kind.js';
import type { RateLimitOptions } from './rate-limit.options.js';
import type { Taken } from './taken.js';

/** The limit of one key as the engine holds it, and others that go on where it was packed. */
function bench(rateLimit: RateLimitOptions) {
  const clock = new TestClock();
  const environment = environmentOf(clock);
  const settingsOf = (options: RateLimitOptions) =>
    rateLimitKind.specs(readSettings(rateLimitKind.schema, options, '').settings).at(-1)!;
  const first = settingsOf(rateLimit).create(environment) as RateLimit;
  const take = (limit: RateLimit) => limit.enter(liveCall(undefined, 'tenant', clock)) as Taken;
  const end = (limit: RateLimit, outcome: Outcome) => {
    const call = liveCall(undefined, 'tenant', clock);
    limit.leave(limit.enter(call) as Taken, outcome, call);
  };
  const packed = (limit = first) => limit.pack(clock.now());
  const again = (state: unknown) => first.forKey(environment, state, 'tenant');
  const waitMs = (limit: RateLimit) => limit.snapshot(clock.now()).waitMs;
  return { clock, first, take, end, packed, again, waitMs, settingsOf };
}

const throttled = (retryAfter: string) => ({ status: 429, headers: { 'retry-after': retryAfter } });
const remaining = (left: number, resetS: number) => ({
  status: 200,
  headers: { ratelimit: `"default";r=${left};t=${resetS}` },
});

describe('the packed limit of a key', () => {
  it('is nothing where nothing counts', () => {
    const { first, packed, clock, take } = bench({ limit: 4, per: '1s' });
    expect(packed()).toBeUndefined();
    take(first);
    expect(packed()).toBeDefined();
    clock.block('2s');
    expect(packed()).toBeUndefined();
  });

  it('is one that holds calls back soon from half of a quota on', () => {
    const { first, packed, take } = bench({ quotas: [{ limit: 100 }, { limit: 5, per: '1h' }] });
    const isSpent: unknown[] = [];
    for (let i = 0; i < 5; i++) {
      take(first);
      isSpent.push(packed()!.isSpent);
    }
    expect(isSpent).toEqual([false, false, true, true, true]);
  });

  it.each([
    ['the provider has asked to wait', throttled('60')],
    ['the provider has said what remains', remaining(90, 60)],
  ])('is one that holds calls back soon where %s, until that is over', (_what, answer) => {
    const { first, packed, clock } = bench({ limit: 100 });
    first.observe(answer);
    const { state, isSpent } = packed()!;
    expect(isSpent).toBe(true);
    expect([59_999, 60_000].map((now) => first.isOver(state, now))).toEqual([false, true]);
    clock.block('60s');
    expect(first.isOver(state, clock.now())).toBe(true);
  });

  it('is over once both what was taken and what the provider said are', () => {
    for (const [per, retryAfter, endsAt] of [
      ['1m', '5', 60_050],
      ['1s', '30', 30_000],
    ] as const) {
      const { first, packed, take } = bench({ limit: 100, per });
      take(first);
      first.observe(throttled(retryAfter));
      const { state } = packed()!;
      expect([endsAt - 1, endsAt].map((now) => first.isOver(state, now))).toEqual([false, true]);
    }
  });

  it('counts what was let through in another gate of the same key', () => {
    const { first, packed, again, take, waitMs } = bench({ limit: 2, per: '10s' });
    take(first);
    take(first);
    expect(waitMs(again(packed()!.state))).toBe(10_050);
    expect(waitMs(again(undefined))).toBe(0);
  });

  it('remembers what is left of a quota of which the provider told', () => {
    const { first, packed, again, take, waitMs } = bench({ limit: 100 });
    first.observe(remaining(2, 60));
    const next = again(packed()!.state);
    expect(waitMs(next)).toBe(0);
    take(next);
    take(next);
    expect(waitMs(next)).toBe(60_000);
  });

  it('remembers a pause, also that the next is longer', () => {
    const { first, packed, again, waitMs, clock } = bench({ limit: 100, pause: '2s' });
    first.observe({ status: 429, headers: {} });
    const next = again(packed()!.state);
    expect(waitMs(next)).toBe(2000);
    clock.block('2s');
    const later = again(packed(next)!.state);
    expect(waitMs(later)).toBe(0);
    later.observe({ status: 429, headers: {} });
    expect(waitMs(later)).toBe(4000);
  });

  it('is one of the pause alone that grows, and of nothing once it goes well again', () => {
    const { first, packed, clock, end } = bench({ limit: 100, pause: '2s' });
    end(first, { kind: 'throttled' });
    clock.block('1m');
    expect(packed()).toMatchObject({ isSpent: true });
    end(first, SUCCESS);
    clock.block('1m');
    expect(packed()).toBeUndefined();
  });

  it('is held to the pauses of the settings that there are by then', () => {
    const { first, packed, again, waitMs, settingsOf } = bench({ limit: 100, pause: '2s' });
    first.observe({ status: 429, headers: {} });
    const { state } = packed()!;
    first.reconfigure(settingsOf({ limit: 100, pause: '2s', maxRetryAfter: '10s' }).settings as never);
    const next = again(state);
    next.observe(throttled('60'));
    expect(waitMs(next)).toBe(10_000);
  });

  it('is what was taken, and no more, once what the provider said is to be forgotten', () => {
    const { first, packed, again, take, waitMs } = bench({ limit: 1, per: '10s' });
    take(first);
    first.observe(throttled('60'));
    const left = first.resetPacked(packed()!.state);
    expect(waitMs(again(left))).toBe(10_000);
    const other = bench({ limit: 1, per: '10s' });
    other.first.observe(throttled('60'));
    expect(other.first.resetPacked(other.packed()!.state)).toBeUndefined();
    other.first.reset();
    other.take(other.first);
    const { state } = other.packed()!;
    expect(other.first.resetPacked(state)).toBe(state);
  });

  it('goes on closed where its provider is', () => {
    const { first, packed, again, take, clock } = bench({ limit: 1, per: '10s', wait: '1m' });
    take(first);
    const { state } = packed()!;
    first.close();
    expect(again(state).enter(liveCall(undefined, 'tenant', clock))).toMatchObject({ why: 'closed' });
  });
});

describe('whether a limit would hold a call', () => {
  const held = (limit: RateLimit, clock: TestClock, operation = 'operation') =>
    limit.wouldHold(Object.assign(liveCall(undefined, undefined, clock), { operation }));

  it('follows from what is left, and takes nothing of it', () => {
    const { first, take, clock } = bench({ limit: 2, per: '10s' });
    for (let i = 0; i < 5; i++) expect(held(first, clock)).toBe(false);
    take(first);
    expect(held(first, clock)).toBe(false);
    take(first);
    expect(held(first, clock)).toBe(true);
    clock.block(10_050);
    expect(held(first, clock)).toBe(false);
  });

  it('is so while others wait in line, although there is enough for a cheap one', async () => {
    const { first, clock } = bench({ limit: 10, per: '10s', wait: '1m' });
    const dear = () => Object.assign(liveCall(undefined, undefined, clock), { price: { ...DEFAULT_PRICE, cost: 8 } });
    first.enter(dear());
    const waiting = Promise.resolve(first.enter(dear()));
    expect([first.snapshot(0).waitMs, held(first, clock)]).toEqual([0, true]);
    await clock.advance('11s');
    await waiting;
    expect(held(first, clock)).toBe(false);
  });

  it('is so for the operations alone whose resource is spent', () => {
    const { first, clock } = bench({ limit: 100, profile: 'github' });
    const call = Object.assign(liveCall(undefined, undefined, clock), { operation: 'search' });
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '40', 'x-ratelimit-resource': 'search' };
    first.observe({ status: 200, headers }, undefined, call);
    expect([held(first, clock, 'search'), held(first, clock, 'list')]).toEqual([true, false]);
  });
});
