import { describe, expect, it } from '@jest/globals';
import { rateLimitKind } from './rate-limit.kind.js';

describe('the rate limit as a kind of policy', () => {
  it('lets methods that share a limit differ in what a call costs, and in who goes first', () => {
    expect(rateLimitKind.perCall).toEqual(['cost', 'priority', 'backgroundWait']);
  });

  it('answers its refusals as a service that is spent, and not as a fault of the client', () => {
    expect(rateLimitKind.refusals).toEqual({
      RATE_LIMITED: { status: 503, message: 'The quota of a service that this request depends on is spent.' },
    });
  });
});
