import { describe, expect, it } from '@jest/globals';
import { mayRepeat } from './may-repeat.js';
import { carried, liveCall } from '../../testing/calls.fixture.js';

function attemptAt(methods?: string, idempotencyKey?: string) {
  const attempt = liveCall();
  if (idempotencyKey !== undefined) attempt.carriedKey = carried(idempotencyKey);
  for (const method of methods?.split(', ') ?? []) attempt.sending(method);
  return attempt;
}

/** An attempt in whose method a POST was sent to another provider. */
function attemptAround(idempotencyKey?: string) {
  const attempt = attemptAt(undefined, idempotencyKey);
  Object.assign(liveCall(), { parent: attempt }).sending('POST');
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
    ['what came of the last request says yes, but not of the first', attemptAt('POST, GET'), undefined, true, false],
    ['a POST that a call within it has sent: no', attemptAround(), undefined, undefined, false],
    ['the same, whatever key it has itself: no', attemptAround('order-1'), undefined, undefined, false],
    ['the same where the settings call it idempotent: yes', attemptAround(), true, undefined, true],
    ['the settings have the last word', attemptAt('POST'), true, false, true],
  ] as const)('%s', (_name, attempt, idempotent, repeatable, expected) => {
    expect(mayRepeat(attempt, idempotent, { kind: 'unknown', repeatable })).toBe(expected);
  });

  it.each([
    ['a POST: yes', attemptAt('POST'), undefined, undefined, true],
    ['a POST after a GET: yes', attemptAt('GET, POST'), undefined, false, true],
    ['a GET after a POST: no', attemptAt('POST, GET'), undefined, undefined, false],
    ['a POST after another: no', attemptAt('POST, POST'), undefined, undefined, false],
    ['a GET that was sent beside a POST: no', attemptAt('GET, POST'), undefined, true, false],
    ['a GET after a POST with a key: yes', attemptAt('POST, GET', 'order-1'), undefined, undefined, true],
    ['a GET after a POST that the settings call idempotent: yes', attemptAt('POST, GET'), true, undefined, true],
    ['what the settings do not call idempotent: yes', attemptAt('POST'), false, undefined, true],
  ] as const)('when its request was certainly not done: %s', (_name, attempt, idempotent, repeatable, expected) => {
    for (const kind of ['not-sent', 'throttled', 'transient'] as const) {
      expect(mayRepeat(attempt, idempotent, { kind, repeatable })).toBe(expected);
    }
  });

  it('when it was refused: only if it had sent nothing before that may not be repeated', () => {
    expect(mayRepeat(attemptAt(), false, { kind: 'refused' })).toBe(true);
    expect(mayRepeat(attemptAt('GET'), undefined, { kind: 'refused' })).toBe(true);
    expect(mayRepeat(attemptAt('POST'), undefined, { kind: 'refused' })).toBe(false);
    expect(mayRepeat(attemptAt('POST'), true, { kind: 'refused' })).toBe(true);
  });

  it('not once a part of its result has been handed on', () => {
    const attempt = Object.assign(attemptAt('GET', 'order-1'), { partlyDelivered: true });
    expect(mayRepeat(attempt, true, { kind: 'not-sent' })).toBe(false);
  });
});
