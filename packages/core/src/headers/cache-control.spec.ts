import { describe, expect, it } from '@jest/globals';
import { cacheDirectives, directiveSeconds } from './cache-control.js';

describe('cacheDirectives', () => {
  it.each([
    ['max-age=60, private', { 'max-age': '60', private: true }],
    ['MAX-AGE=60,No-Store', { 'max-age': '60', 'no-store': true }],
    ['max-age="60"', { 'max-age': '60' }],
    ['no-cache="set-cookie, x-own", max-age=1', { 'no-cache': 'set-cookie, x-own', 'max-age': '1' }],
    ['x="a\\"b", y', { x: 'a"b', y: true }],
    [' , ,max-age=5,,', { 'max-age': '5' }],
    ['max-age=5, max-age=60', { 'max-age': '5' }],
    ['max-age = 5', { 'max-age': '5' }],
    ['max-age=', { 'max-age': '' }],
    ['', {}],
    ['private, "odd" max-age=60', { private: true }],
  ])('reads %p', (text, expected) => {
    expect(Object.fromEntries(cacheDirectives(text))).toEqual(expected);
  });

  it('reads nothing where there is no field', () => {
    expect(cacheDirectives(undefined).size).toBe(0);
  });

  it('takes no time over a long text of blanks and commas', () => {
    const text = `${' '.repeat(50_000)}${', '.repeat(50_000)}x`;
    const before = process.cpuUsage().user;
    cacheDirectives(text);
    expect(process.cpuUsage().user - before).toBeLessThan(500_000);
  });
});

describe('directiveSeconds', () => {
  it.each([
    ['max-age=60', 60],
    ['max-age=-1', 0],
    ['max-age=1.5', 0],
    ['max-age', 0],
    ['max-age=99999999999', 2 ** 31],
    ['private', undefined],
  ])('of %p is %p', (text, seconds) => {
    expect(directiveSeconds(cacheDirectives(text), 'max-age')).toBe(seconds);
  });
});
