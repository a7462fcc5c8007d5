import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatTimestamp, parseTimestamp } from './parse-timestamp.js';

describe('parseTimestamp', () => {
  it('reads seconds, milliseconds and RFC 3339 as epoch milliseconds', () => {
    expect(parseTimestamp('1700000000', 's')).toBe(1_700_000_000_000);
    expect(parseTimestamp('1700000000123', 'ms')).toBe(1_700_000_000_123);
    expect(parseTimestamp('2023-11-14T22:13:20.123456789Z', 'rfc3339')).toBe(1_700_000_000_123);
    expect(parseTimestamp('2023-11-14T15:13:20-07:00', 'rfc3339')).toBe(1_700_000_000_000);
  });

  it.each(['', ' 1', '1 ', '+1', '-1', '1e9', '0x10', '1.5', '1700000000abc', '1234567890123', 'NaN', '\u0661'])(
    'does not take %j for seconds, although parseInt or Number might',
    (text) => {
      expect(parseTimestamp(text, 's')).toBeUndefined();
    },
  );

  it.each([
    '2023-11-14',
    '2023-11-14 22:13:20Z',
    '2023-11-14T22:13:20',
    '2023-13-14T22:13:20Z',
    '2023-02-30T22:13:20Z',
    '2023-11-14T24:13:20Z',
    '2023-11-14T22:13:20+0700',
    '2023-11-14T22:13:20.Z',
    'Tue, 14 Nov 2023 22:13:20 GMT',
  ])('does not take %j for RFC 3339, although Date.parse might', (text) => {
    expect(parseTimestamp(text, 'rfc3339')).toBeUndefined();
  });

  it('reads what formatTimestamp writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        for (const unit of ['s', 'ms', 'rfc3339'] as const) {
          expect(parseTimestamp(formatTimestamp(seconds * 1000, unit), unit)).toBe(seconds * 1000);
        }
      }),
    );
  });
});
