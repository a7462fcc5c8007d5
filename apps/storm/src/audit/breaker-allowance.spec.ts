import { describe, expect, it } from '@jest/globals';
import { breakerAllowance } from './breaker-allowance.js';

const BREAKER = { consecutiveFailures: 10, openForMs: 2_000, halfOpenCalls: 3 };

describe('breakerAllowance', () => {
  it('allows what is under way when the first call fails, the failures it takes, and a retry of each', () => {
    const { opensWithinMs, untilOpen } = breakerAllowance(BREAKER, { rate: 50, attemptTimeoutMs: 500, lastsMs: 0 });

    expect(opensWithinMs).toBe(500 + 200 + 100); // the timeout, ten calls at 50/s, and late timers
    expect(untilOpen).toBe(40 + 10);
  });

  it('allows the half-open calls once for each open period that fits', () => {
    const probes = (lastsMs: number) => breakerAllowance(BREAKER, { rate: 50, attemptTimeoutMs: 500, lastsMs }).probes;

    expect([1_999, 2_000, 6_100].map(probes)).toEqual([0, 3, 9]);
  });
});
