import { describe, expect, it } from '@jest/globals';
import { mayRepeat } from './may-repeat.js';
import { liveCall } from './testing/calls.fixture.js';

function attemptAt(method?: string, idempotencyKey?: string) {
  const attempt = liveCall();
  if (method !== undefined) attempt.sending(method);
  attempt.idempotencyKey = idempotencyKey;
  return attempt;
}

describe('whether an attempt may be repeated', () => {
  it('is known before anything came of it', () => {
    expect(mayRepeat(attemptAt('POST'), undefined)).toBe(false);
    expect(mayRepeat(attemptAt(), undefined)).toBe(true);
  });

  it.each([
    ['nothing is known: yes', attemptAt(), undefined, undefined, true],
    ['a GET: yes', attemptAt('GET'), undefined, undefined, true],
    ['a POST: no', attemptAt('POST'), undefined, undefined, false],
    ['a POST with an idempotency key: yes', attemptAt('POST', 'order-1'), undefined, undefined, true],
    ['a key, whatever the settings say: yes', attemptAt('POST', 'order-1'), false, undefined, true],
    ['a POST that the settings call idempotent: yes', attemptAt('POST'), true, undefined, true],
    ['a GET that the settings do not call so: no', attemptAt('GET'), false, undefined, false],
    ['what came of it says no', attemptAt('GET'), undefined, false, false],
    ['what came of it says yes', attemptAt('POST'), undefined, true, true],
    ['the settings have the last word', attemptAt('POST'), true, false, true],
  ] as const)('%s', (_name, attempt, idempotent, repeatable, expected) => {
    expect(mayRepeat(attempt, idempotent, { kind: 'unknown', repeatable })).toBe(expected);
  });
});
