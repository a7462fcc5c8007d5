import { describe, expect, it } from '@jest/globals';
import { headerOf, namesLike } from './headers.js';

const PAIRS: readonly [string, string][] = [
  ['Retry-After', '5'],
  ['X-RateLimit-Limit', '9'],
];
const PLAIN = Object.fromEntries(PAIRS);

/** The ways in which clients keep headers. */
const KEPT: [string, unknown][] = [
  ['an object', PLAIN],
  ['an object with lists', { 'retry-after': ['5'], 'x-ratelimit-limit': ['9'] }],
  ['an object without a prototype', Object.assign(Object.create(null), PLAIN)],
  ['those of fetch', new Headers(PLAIN)],
  ['a map', new Map(PAIRS.map(([name, value]) => [name.toLowerCase(), value]))],
  ['a map of names as they were written', new Map(PAIRS)],
  ['names and values by turns', PAIRS.flat()],
  ['bytes by turns', PAIRS.flat().map((text) => Buffer.from(text))],
  ['pairs', PAIRS],
];

describe.each(KEPT)('headers kept as %s', (_name, headers) => {
  it('are read by name, in any case', () => {
    expect(headerOf(headers, 'retry-after')).toBe('5');
    expect(headerOf(headers, 'x-other')).toBeUndefined();
  });

  it('are found by a pattern', () => {
    expect(namesLike(headers, /limit/)).toEqual(['x-ratelimit-limit']);
  });
});

describe('a header that came twice', () => {
  it.each([
    ['a list', { 'retry-after': ['5', '7'] }],
    ['names and values by turns', ['Retry-After', '5', 'Date', 'now', 'retry-after', '7']],
    ['a list within those', ['Retry-After', ['5', '7']]],
    ['headers of fetch', new Headers(['5', '7'].map((value): [string, string] => ['Retry-After', value]))],
  ])('is joined by commas: %s', (_name, headers) => {
    expect(headerOf(headers, 'retry-after')).toBe('5, 7');
  });
});

describe('what holds no headers', () => {
  it.each([undefined, null, 'Retry-After: 5', 5, [], new Map(), {}, { 'retry-after': null }])(
    '%p has none',
    (given) => {
      expect(headerOf(given, 'retry-after')).toBeUndefined();
    },
  );
});
