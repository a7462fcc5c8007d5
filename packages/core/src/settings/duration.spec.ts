import { describe, expect, it } from '@jest/globals';
import { durationMs, parseDuration } from './duration.js';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['2s', 2000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['30d', 2_592_000_000],
    [' 2s ', 2000],
    ['0s', 0],
    [0, 0],
    [1500, 1500],
    [0.5, 0.5],
  ])('%j is %d ms', (duration, ms) => {
    expect(durationMs(duration as '2s')).toBe(ms);
    expect(parseDuration(duration)).toBe(ms);
  });

  it.each([
    '2',
    '2 s',
    's',
    '-2s',
    '1e3ms',
    '2sec',
    '1w',
    '',
    'soon',
    '2s3s',
    `${'9'.repeat(400)}d`,
    `${'9'.repeat(306)}d`,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    {},
    [2000],
    true,
  ])('%j is none, and is refused with what would be right', (value) => {
    expect(parseDuration(value)).toBeUndefined();
    expect(() => durationMs(value as '2s')).toThrow(/is not a duration such as '250ms', '2s'/);
  });
});
