import { describe, expect, it } from '@jest/globals';
import { retryAfterMs, timeUntil } from './retry-after.js';

const NOW = Date.UTC(2026, 0, 1);
const DATE = new Date(NOW).toUTCString();

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['1.5', 1500],
    [' 3 ', 3000],
    ['Thu, 01 Jan 2026 00:02:00 GMT', 120_000],
    ['Thursday, 01-Jan-26 00:02:00 GMT', 120_000],
    ['Thu Jan  1 00:02:00 2026', 120_000],
    ['2026-01-01T00:02:00', 120_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['retry 5', undefined],
    ['60 seconds', undefined],
    [String(NOW / 1000 + 5), 5000],
    [String(NOW + 5000), 5000],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
    ['5, 5', 5000],
    ['30, 60', 30_000],
    ['30;w=60', 30_000],
    [`${NOW / 1000 + 5}, ${NOW / 1000 + 5}`, 5000],
    ['-5, -5', undefined],
    ['Thu, 01 Jan 2026 00:02:00 GMT, Thu, 01 Jan 2026 00:02:00 GMT', 120_000],
    ['Thu Jan 01 2026 01:02:00 GMT+0100 (Central European Standard Time)', 120_000],
    ['9'.repeat(400), 2_147_483_647],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 2_147_483_647],
  ])('%j is %s ms', (value, ms) => {
    expect(retryAfterMs({ 'retry-after': value, date: DATE }, NOW + 999_999)).toBe(ms);
  });

  it('is read against a Date that is spelled without a zone, too', () => {
    const headers = { 'retry-after': 'Thu, 01 Jan 2026 00:02:00 GMT', date: 'Thu Jan  1 00:00:00 2026' };
    expect(retryAfterMs(headers, NOW + 999_999)).toBe(120_000);
  });

  it('prefers milliseconds where they are given', () => {
    expect(retryAfterMs({ 'retry-after-ms': '1250', 'retry-after': '2' }, NOW)).toBe(1250);
    expect(retryAfterMs({ 'retry-after-ms': 'soon', 'retry-after': '2' }, NOW)).toBe(2000);
    expect(retryAfterMs({ 'retry-after-ms': '1250, 1250' }, NOW)).toBe(1250);
    expect(retryAfterMs({ 'x-ms-retry-after-ms': '1250', 'retry-after': '2' }, NOW)).toBe(1250);
  });

  it('knows MailerLite’s name for it', () => {
    expect(retryAfterMs({ 'x-ratelimit-retry-after': '59' }, NOW)).toBe(59_000);
  });

  it('is found in headers of every kind', () => {
    for (const headers of [
      { 'Retry-After': '2' },
      { 'retry-after': ['2'] },
      { 'retry-after': ['2', '2'] },
      { 'retry-after': 2 },
      new Headers({ 'Retry-After': '2' }),
      new Map([['retry-after', '2']]),
    ]) {
      expect(retryAfterMs(headers, NOW)).toBe(2000);
    }
    for (const headers of [undefined, null, 'retry-after: 2', {}, { 'retry-after': null }]) {
      expect(retryAfterMs(headers, NOW)).toBeUndefined();
    }
  });

  it.each([
    ['41', 41_000],
    ['6m0s', 360_000],
    ['1h2m3s', 3_723_000],
    ['12ms', 12],
    ['12ms, 12ms', 12],
    ['2026-01-01T00:00:41Z, 2026-01-01T00:00:41Z', 41_000],
    ['1.5s', 1500],
    ['2026-01-01T00:00:41Z', 41_000],
  ])('a reset of %j is %i ms away: numbers are tried before dates, or 41 would be the year 2041', (value, ms) => {
    expect(timeUntil(value, { date: DATE }, NOW)).toBe(ms);
  });
});
