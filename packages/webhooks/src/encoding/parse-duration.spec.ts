import { describe, expect, it } from '@jest/globals';
import { parseDuration } from './parse-duration.js';

describe('parseDuration', () => {
  it('reads units and plain milliseconds', () => {
    expect(['250ms', '2s', '5m', '1h', '1d', '1.5s', 42, 0].map((value) => parseDuration(value, 'x'))).toEqual([
      250, 2000, 300_000, 3_600_000, 86_400_000, 1500, 42, 0,
    ]);
  });

  it.each(['', '5', '5 m', '-5m', '5min', 'm', Number.NaN, Number.POSITIVE_INFINITY, -1])(
    'refuses %p, so that a check of time is never switched off by accident',
    (value) => {
      expect(() => parseDuration(value, 'The option "tolerance"')).toThrow(/The option "tolerance" is .*'5m'/);
    },
  );
});
