import { describe, expect, it } from '@jest/globals';
import { LeasedTokens } from './leased-tokens.js';

/** Tokens by when their lease ends. */
function leased(...leases: readonly (readonly [tokens: number, endsAt: number])[]): LeasedTokens {
  const tokens = new LeasedTokens();
  for (const [count, endsAt] of leases) tokens.add(count, endsAt);
  return tokens;
}

describe('leased tokens', () => {
  it('can be used until their lease ends, and not at that moment', () => {
    const tokens = leased([2, 10], [3, 20]);
    expect([0, 9, 10, 19, 20].map((at) => tokens.at(at))).toEqual([5, 5, 3, 3, 0]);
    // A moment to come was asked for, and nothing is lost by that.
    expect(tokens.at(0)).toBe(5);
  });

  it('are used in the order in which their leases end, whichever was had first', () => {
    const tokens = leased([1, 30], [1, 10], [1, 20]);
    expect([1, 1, 1].map((one) => tokens.take(one, 0))).toEqual([10, 20, 30]);
    expect(tokens.at(0)).toBe(0);
  });

  it('of several leases are used together, and the first to end says for how long', () => {
    const tokens = leased([2, 10], [3, 20]);
    expect(tokens.take(4, 0)).toBe(10);
    expect([0, 10].map((at) => tokens.at(at))).toEqual([1, 1]);
    expect(tokens.take(1, 0)).toBe(20);
  });

  it('whose lease has ended are not used', () => {
    const tokens = leased([2, 10], [3, 20]);
    expect(tokens.take(1, 10)).toBe(20);
    expect(tokens.at(10)).toBe(2);
  });

  it('are taken away whose lease ends until a moment, at that moment included', () => {
    const tokens = leased([1, 5], [2, 10], [3, 20], [4, 30]);
    expect(tokens.removeUntil(20, 5)).toBe(5);
    expect([5, 29].map((at) => tokens.at(at))).toEqual([4, 4]);
    expect(tokens.take(4, 5)).toBe(30);
    expect(tokens.removeUntil(99, 5)).toBe(0);
  });

  it('that ended unused are counted once', () => {
    const tokens = leased([1, 5], [2, 10], [3, 20]);
    expect(tokens.expired(12, 100)).toBe(3);
    expect(tokens.expired(12, 100)).toBe(0);
    expect(tokens.expired(20, 100)).toBe(3);
    expect(tokens.at(20)).toBe(0);
  });

  it('that ended unused are not counted once the first of them has ended too long ago', () => {
    expect(leased([1, 5], [2, 10]).expired(104, 100)).toBe(3);
    expect(leased([1, 5], [2, 10]).expired(105, 100)).toBe(0);
    expect(leased([1, 5]).expired(5, 0)).toBe(0);
  });

  it('that ended unused are counted from the first that has ended since they were counted last', () => {
    const tokens = leased([1, 5], [2, 50]);
    tokens.expired(5, 100);
    expect(tokens.expired(149, 100)).toBe(2);
  });
});
