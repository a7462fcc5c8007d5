import { describe, expect, it } from '@jest/globals';
import { unknownName } from './unknown-name.js';

const KNOWN = ['retry', 'rateLimit', 'circuitBreaker', 'per'];

describe('a name that is not known', () => {
  it.each([
    ['retyr', 'retry'],
    ['retri', 'retry'],
    ['rety', 'retry'],
    ['retrys', 'retry'],
    ['ratelimit', 'rateLimit'],
    ['rate_limit', 'rateLimit'],
    ['circutBraker', 'circuitBreaker'],
    ['perr', 'per'],
  ])('%s, is held for the nearest that is: %s', (name, meant) => {
    expect(unknownName('setting', name, KNOWN)).toBe(
      `unknown setting; did you mean '${meant}'? Known are retry, rateLimit, circuitBreaker, per`,
    );
  });

  it.each(['', 'x', 'pre', 'timeout', 'retention', 'breaker'])('%j, may be far from all of them', (name) => {
    expect(unknownName('option', name, KNOWN)).toBe('unknown option; known are retry, rateLimit, circuitBreaker, per');
  });
});
