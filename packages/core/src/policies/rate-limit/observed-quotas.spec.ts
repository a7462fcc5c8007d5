import { describe, expect, it } from '@jest/globals';
import { ObservedQuotas } from './observed-quotas.js';

describe('ObservedQuotas', () => {
  const observation = (remaining: number, resetMs = 1000) => ({ name: 'default', remaining, resetMs });

  /** Quotas of which a call has just been answered, while so many others are under way. */
  function beside(others: number, cost = 1): ObservedQuotas {
    const quotas = new ObservedQuotas();
    for (let i = 0; i <= others; i++) quotas.take(0, cost);
    return quotas;
  }

  /** How many calls are let through at once. */
  function allowed(quotas: ObservedQuotas, now: number): number {
    let count = 0;
    while (quotas.waitMs(now, 1, 1) === 0 && count < 100) {
      quotas.take(now, 1);
      count++;
    }
    return count;
  }

  it('holds back what is under way, for the provider may not have counted it', () => {
    const quotas = beside(4);
    quotas.observe(observation(10), 0);
    expect(allowed(quotas, 0)).toBe(6);
    expect(quotas.waitMs(0, 1, 1)).toBe(1000);
  });

  it('gives back what was held back in vain once the calls under way have been answered', () => {
    const quotas = beside(4);
    quotas.observe(observation(10), 0);
    for (let i = 0; i < 5; i++) quotas.leave({ cost: 1 });
    quotas.observe(observation(9), 10);
    expect(allowed(quotas, 10)).toBe(9);
  });

  it('ignores an older response that arrives late', () => {
    const quotas = new ObservedQuotas();
    quotas.observe(observation(2), 0);
    quotas.observe(observation(8), 10);
    expect(allowed(quotas, 10)).toBe(2);
  });

  it('believes what is said of a new window', () => {
    const quotas = new ObservedQuotas();
    quotas.observe(observation(0), 0);
    expect(quotas.waitMs(999, 1, 1)).toBe(1);
    quotas.observe(observation(50), 1000);
    expect(allowed(quotas, 1000)).toBe(50);
  });

  it('counts what calls cost', () => {
    const quotas = new ObservedQuotas();
    quotas.observe(observation(10), 0);
    quotas.take(0, 7);
    expect(quotas.waitMs(0, 3, 1)).toBe(0);
    expect(quotas.waitMs(0, 4, 1)).toBe(1000);
    quotas.take(0, 3);
    expect(quotas.waitMs(400, 1, 1)).toBe(600);
    expect(quotas.waitMs(1000, 1, 1)).toBe(0);
  });

  it('counts calls, whatever they cost, where the quota is one of requests', () => {
    const quotas = beside(2, 1000);
    quotas.observe({ ...observation(5), unit: 'requests' }, 0);
    expect(quotas.waitMs(0, 1000, 1)).toBe(0);
    quotas.take(0, 1000);
    quotas.take(0, 0);
    expect([quotas.waitMs(0, 50_000, 2), quotas.waitMs(0, 2, 3)]).toEqual([0, 1000]);
    quotas.take(0, 1000);
    quotas.take(0, 1000);
    expect(quotas.waitMs(0, 1000, 1)).toBe(1000);
    quotas.giveBack({ cost: 1000 }, 0);
    expect([quotas.waitMs(0, 1000, 1), quotas.waitMs(0, 1, 2)]).toEqual([0, 1000]);
  });

  it('waits for the last of several quotas to be whole again', () => {
    const quotas = new ObservedQuotas();
    quotas.observe({ name: 'minute', remaining: 5, resetMs: 60_000 }, 0);
    quotas.observe({ name: 'day', remaining: 3, resetMs: 86_400_000 }, 0);
    quotas.observe({ name: 'second', remaining: 0, resetMs: 1000 }, 0);
    expect(quotas.waitMs(0, 3, 1)).toBe(1000);
    expect(quotas.waitMs(0, 4, 1)).toBe(86_400_000);
    quotas.take(2000, 3);
    expect(quotas.waitMs(2000, 1, 1)).toBe(86_398_000);
  });

  it('takes back what was not used, and no more than the provider said remains', () => {
    const quotas = new ObservedQuotas();
    quotas.observe(observation(10), 0);
    quotas.take(0, 7);
    quotas.giveBack({ cost: 2 }, 0);
    expect(quotas.waitMs(0, 5, 1)).toBe(0);
    expect(quotas.waitMs(0, 6, 1)).toBe(1000);
    quotas.giveBack({ cost: 100 }, 0);
    expect(quotas.waitMs(0, 10, 1)).toBe(0);
    expect(quotas.waitMs(0, 11, 1)).toBe(1000);
  });

  it('lets no call go for what is given back while more is under way than remains', () => {
    const quotas = beside(5);
    quotas.observe(observation(2), 0);
    for (let i = 0; i < 3; i++) {
      expect(quotas.waitMs(0, 1, 1)).toBe(1000);
      quotas.giveBack({ cost: 1 }, 0);
    }
    expect(quotas.waitMs(0, 1, 1)).toBe(1000);
    quotas.giveBack({ cost: 1 }, 0);
    expect(quotas.waitMs(0, 1, 1)).toBe(0);
  });

  it.each([undefined, 0, -1])('learns nothing from a reset in %s ms', (resetMs) => {
    const quotas = new ObservedQuotas();
    quotas.observe({ name: 'default', remaining: 0, resetMs }, 0);
    expect(quotas.waitMs(0, 1, 1)).toBe(0);
  });

  it('takes resets that lie less than a second and a half apart for the same', () => {
    for (const [apartMs, left] of [
      [1499, 2],
      [1500, 8],
      [-1499, 2],
      [-1500, 8],
    ] as const) {
      const quotas = new ObservedQuotas();
      quotas.observe(observation(2, 10_000), 0);
      quotas.observe(observation(8, 10_000 + apartMs), 0);
      expect([apartMs, allowed(quotas, 0)]).toEqual([apartMs, left]);
    }
  });

  it('ends the window at the soonest of the resets that it was told', () => {
    const quotas = new ObservedQuotas();
    quotas.observe(observation(2, 10_000), 0);
    quotas.observe(observation(0, 9000), 0);
    expect(quotas.waitMs(0, 1, 1)).toBe(9000);
    quotas.observe(observation(0, 10_400), 0);
    expect(quotas.waitMs(0, 1, 1)).toBe(9000);
  });

  it('knows sixteen quotas at most, and of those whatever is new', () => {
    const quotas = new ObservedQuotas();
    for (let i = 0; i < 17; i++) quotas.observe({ name: `${i}`, remaining: i === 16 ? 0 : 5, resetMs: 1000 }, 0);
    expect(quotas.waitMs(0, 1, 1)).toBe(0);
    quotas.observe({ name: '15', remaining: 0, resetMs: 1000 }, 0);
    expect(quotas.waitMs(0, 1, 1)).toBe(1000);
  });

  it('has what was held back in vain once the same is said with fewer under way', () => {
    const quotas = beside(4);
    quotas.observe(observation(10), 0);
    for (let i = 0; i < 4; i++) quotas.leave({ cost: 1 });
    quotas.observe(observation(10), 10);
    expect(allowed(quotas, 10)).toBe(10);
  });

  it('takes a new window of a quota that it knows over, however many it knows', () => {
    const quotas = new ObservedQuotas();
    for (let i = 0; i < 16; i++) quotas.observe({ name: `${i}`, remaining: 5, resetMs: 1000 }, 0);
    quotas.observe({ name: '3', remaining: 0, resetMs: 1000 }, 1000);
    expect(quotas.waitMs(1000, 1, 1)).toBe(1000);
  });

  describe('of one of the provider’s resources', () => {
    const of = (scope: string | undefined, remaining: number, name = 'default') => ({
      name,
      scope,
      remaining,
      resetMs: 1000,
    });

    it('hold back the calls that draw from it, and the quotas of all of them do so, too', () => {
      const quotas = new ObservedQuotas();
      quotas.observe(of('core', 5), 0);
      quotas.observe(of('search', 0), 0);
      expect([quotas.waitMs(0, 1, 1, 'search'), quotas.waitMs(0, 1, 1, 'core'), quotas.waitMs(0, 1, 1)]).toEqual([
        1000, 0, 0,
      ]);
      quotas.observe(of(undefined, 3), 0);
      expect(quotas.waitMs(0, 4, 1, 'core')).toBe(1000);
      expect(quotas.waitMs(0, 3, 1, 'core')).toBe(0);
    });

    it('are taken by calls that draw from them, and given back by those alone', () => {
      const quotas = new ObservedQuotas();
      quotas.observe(of('core', 5), 0);
      quotas.observe(of('search', 5), 0);
      quotas.take(0, 3, 'search');
      expect([
        quotas.waitMs(0, 5, 1, 'core'),
        quotas.waitMs(0, 2, 1, 'search'),
        quotas.waitMs(0, 3, 1, 'search'),
      ]).toEqual([0, 0, 1000]);
      quotas.take(0, 4, 'core');
      quotas.giveBack({ cost: 3 }, 0, 'search');
      expect([quotas.waitMs(0, 5, 1, 'search'), quotas.waitMs(0, 2, 1, 'core')]).toEqual([0, 1000]);
    });

    it('are those of an operation as its answers have named them last', () => {
      const quotas = new ObservedQuotas();
      expect(quotas.scopeOf('find')).toBeUndefined();
      quotas.observe(of('search', 5), 0, 'find');
      quotas.observe(of(undefined, 5), 0, 'find');
      quotas.observe(of('core', 5), 0);
      expect([quotas.scopeOf('find'), quotas.scopeOf('list')]).toEqual(['search', undefined]);
      quotas.observe(of('core', 5), 0, 'find');
      expect(quotas.scopeOf('find')).toBe('core');
    });

    it('are known of a thousand operations at most, and of those whatever is new', () => {
      const quotas = new ObservedQuotas();
      for (let i = 0; i <= 1000; i++) quotas.observe(of('core', 5), 0, `operation ${i}`);
      expect([quotas.scopeOf('operation 999'), quotas.scopeOf('operation 1000')]).toEqual(['core', undefined]);
      quotas.observe(of('search', 5), 0, 'operation 999');
      expect(quotas.scopeOf('operation 999')).toBe('search');
    });

    it.each([
      ['the only one there is', ['uploads'], 'uploads'],
      ['the only one beside quotas of all calls', [undefined, 'uploads'], 'uploads'],
      ['GitHub’s core among several', ['uploads', 'search', 'core'], 'core'],
      ['none where there are several others', ['uploads', 'exports'], undefined],
      ['none where only searches have one', ['search'], undefined],
      ['none where only GraphQL has one', ['graphql'], undefined],
    ])('are common to calls of which nothing else is known: %s', (_which, scopes, common) => {
      const quotas = new ObservedQuotas();
      scopes.forEach((scope, i) => quotas.observe(of(scope, 0, `${i}`), 0));
      for (const scope of ['uploads', 'exports', 'search', 'graphql', 'core']) {
        expect([scope, quotas.isCommon(scope)]).toEqual([scope, scope === common]);
      }
      expect(quotas.waitMs(0, 1, 1)).toBe(common === undefined ? 0 : 1000);
    });
  });

  describe('that refill all the time', () => {
    const refilling = (remaining: number, resetMs: number) => ({
      name: 'tokens',
      limit: 100,
      remaining,
      resetMs,
      refills: true,
    });

    it('have so many tokens as time has brought back, not all of them at the reset only', () => {
      const quotas = new ObservedQuotas();
      quotas.observe(refilling(20, 8000), 0);
      expect(quotas.waitMs(0, 20, 1)).toBe(0);
      expect(quotas.waitMs(0, 50, 1)).toBe((50 - 20) * (8000 / (100 - 20)));
      quotas.take(0, 20);
      expect(quotas.waitMs(0, 1, 1)).toBe(100);
      expect(quotas.waitMs(1000, 10, 1)).toBe(0);
      expect(quotas.waitMs(1000, 12, 1)).toBeCloseTo(200, 9);
    });

    it('follow the latest word, be it more or less', () => {
      const quotas = new ObservedQuotas();
      quotas.observe(refilling(0, 10_000), 0);
      quotas.observe(refilling(50, 5000), 0);
      expect(quotas.waitMs(0, 50, 1)).toBe(0);
      quotas.observe(refilling(10, 9000), 0);
      expect(quotas.waitMs(0, 11, 1)).toBe(100);
    });

    it('are believed by their latest word, also where it says more, and where it was no such quota before', () => {
      const plain = observation(50, 8000);
      for (const [before, after, left] of [
        [refilling(20, 8000), refilling(50, 8000), 50],
        [{ ...refilling(20, 8000), refills: false }, refilling(50, 8000), 50],
        [refilling(20, 8000), { ...plain, name: 'tokens' }, 50],
      ] as const) {
        const quotas = new ObservedQuotas();
        quotas.observe(before, 0);
        quotas.observe(after, 10);
        expect([quotas.waitMs(10, left, 1), quotas.waitMs(10, left + 1, 1) > 0]).toEqual([0, true]);
      }
    });

    it('are whole later where tokens were taken meanwhile', () => {
      const quotas = new ObservedQuotas();
      quotas.observe(refilling(20, 8000), 1000);
      quotas.take(3000, 30);
      // Forty were there, of which ten are left, and a hundred are there after nine seconds more.
      expect(quotas.waitMs(3000, 11, 1)).toBe(100);
      expect(quotas.waitMs(10_000, 100, 1)).toBe(2000);
      expect([quotas.waitMs(11_999, 100, 1) > 0, quotas.waitMs(12_000, 100, 1)]).toEqual([true, 0]);
    });

    it('do not shrink where more than all of them is said to remain', () => {
      const quotas = new ObservedQuotas();
      quotas.observe(refilling(150, 8000), 0);
      expect(quotas.waitMs(4000, 150, 1)).toBe(0);
      expect(quotas.waitMs(4000, 151, 1)).toBe(4000);
    });

    it('are forgotten once they are whole', () => {
      const quotas = new ObservedQuotas();
      quotas.observe(refilling(0, 10_000), 0);
      expect(quotas.waitMs(9999, 100, 1)).toBeGreaterThan(0);
      expect(quotas.waitMs(10_000, 1000, 1)).toBe(0);
      quotas.take(10_000, 1);
      expect(quotas.knowsNothing).toBe(true);
    });

    it('take back what was not used', () => {
      const quotas = new ObservedQuotas();
      quotas.observe(refilling(20, 8000), 0);
      quotas.take(0, 20);
      quotas.giveBack({ cost: 20 }, 0);
      expect(quotas.waitMs(0, 20, 1)).toBe(0);
      expect(quotas.waitMs(0, 21, 1)).toBeGreaterThan(0);
    });
  });

  it('knows nothing more once it is told to forget', () => {
    const quotas = new ObservedQuotas();
    quotas.observe(observation(0), 0);
    quotas.forget();
    expect([quotas.knowsNothing, quotas.waitMs(0, 1, 1)]).toEqual([true, 0]);
  });
});
