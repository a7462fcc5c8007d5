import { describe, expect, it } from '@jest/globals';
import { ObservedQuotas } from './observed-quotas.js';

describe('ObservedQuotas', () => {
  const observation = (remaining: number, resetMs = 1000) => ({ name: 'default', remaining, resetMs });

  /** How many calls are let through at once. */
  function allowed(quotas: ObservedQuotas, now: number): number {
    let count = 0;
    while (quotas.waitMs(now) === 0 && count < 100) {
      quotas.take(now);
      count++;
    }
    return count;
  }

  it('holds back what is under way, for the provider may not have counted it', () => {
    const quotas = new ObservedQuotas();
    quotas.observe(observation(10), 4, 0);
    expect(allowed(quotas, 0)).toBe(6);
    expect(quotas.waitMs(0)).toBe(1000);
  });

  it('gives back what was held back in vain once the calls under way have been answered', () => {
    const quotas = new ObservedQuotas();
    quotas.observe(observation(10), 4, 0);
    quotas.observe(observation(9), 0, 10);
    expect(allowed(quotas, 10)).toBe(9);
  });

  it('ignores an older response that arrives late', () => {
    const quotas = new ObservedQuotas();
    quotas.observe(observation(2), 0, 0);
    quotas.observe(observation(8), 0, 10);
    expect(allowed(quotas, 10)).toBe(2);
  });

  it('believes what is said of a new window', () => {
    const quotas = new ObservedQuotas();
    quotas.observe(observation(0), 0, 0);
    expect(quotas.waitMs(999)).toBe(1);
    quotas.observe(observation(50), 0, 1000);
    expect(allowed(quotas, 1000)).toBe(50);
  });
});
