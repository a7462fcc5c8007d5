import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { printed, quoted } from './printed.js';

class Settings {
  readonly secret = 'sk_live';
}

describe('a value in a message', () => {
  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [null, 'null'],
    [true, 'true'],
    [Number.NaN, 'NaN'],
    [3n, '3'],
    [Symbol('x'), 'Symbol(x)'],
    ['2 seconds', "'2 seconds'"],
    ['maxRetries of half-open', "'maxRetries of half-open'"],
    ['max '.repeat(15), `'${'max '.repeat(15)}'`],
    ['max '.repeat(16), `'${'max '.repeat(14)}m…'`],
    ['/////', "'/////'"],
    [86_400_000, '86400000'],
    [-0.5, '-0.5'],
    [123_456, '123456'],
    [1e300, '1e+300'],
    [() => 1, 'a function'],
    [Settings, 'a function'],
    [['sk_live'], 'a list'],
    [{ secret: 'sk_live' }, 'an object'],
    [Object.create(null), 'an object'],
    [runInNewContext('({ secret: 1 })'), 'an object'],
    [new Settings(), 'an instance of Settings'],
    [new (class {})(), 'an instance of a class'],
    [new Map([['attempts', 99]]), 'an instance of Map'],
    [new Date(), 'an instance of Date'],
    [Object(5), 'an instance of Number'],
  ])('%p is written as %s', (value, text) => {
    expect(printed(value)).toBe(text);
  });

  it.each([
    'sk_live_51Hx0aBcDeFgHiJk',
    'Bearer sk_live_51Hx0aBcDeFgHiJk',
    'AKIAIOSFODNN7EXAMPLE',
    'redis://:hunter2@cache:6379',
    'https://api.example.com/v1?key=hunter2',
    'hunter2',
    'swordfish',
    'maxhunter',
    '2hunters',
    '123456789',
    'max 12 34 56',
    'x'.repeat(60),
  ])('is not shown where it may be a secret: %s', (text) => {
    expect(printed(text)).toBe(`text of ${text.length} characters`);
  });

  it.each([918_273_645, 0.123_456_789, 918_273_645_546_372n])('is not shown where it may be a secret: %p', (number) => {
    expect(printed(number)).toBe('a number');
  });

  it('is never more than a line', () => {
    expect(quoted('a\nb\r\n\tc\u2028d\u0085e\0')).toBe(String.raw`'a\nb\r\n\tc\u2028d\u0085e\u0000'`);
    expect(printed(Symbol('a\nb'))).toBe(String.raw`Symbol(a\nb)`);
  });
});
