import { describe, expect, it } from '@jest/globals';
import { httpDateMs } from './http-date.js';

describe('a date in a header', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT'],
    ['Sunday, 06-Nov-94 08:49:37 GMT'],
    ['Sun Nov  6 08:49:37 1994'],
    ['Sun, 06 Nov 1994 08:49:37'],
    ['Sun, 6 Nov 1994 08:49:37 UTC'],
    ['Sun, 06 Nov 1994 09:49:37 +0100'],
    ['Sun Nov 06 1994 09:49:37 GMT+0100 (Central European Standard Time)'],
    ['1994-11-06T08:49:37Z'],
    ['1994-11-06T08:49:37.000Z'],
    ['1994-11-06T09:49:37+01:00'],
    ['1994-11-06T08:49:37'],
    ['1994-11-06T08:49:37.000'],
    ['1994-11-06 08:49:37'],
    ['1994-11-06 08:49:37 UTC'],
    ['Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:50:00 GMT'],
    ['Sun Nov  6 08:49:37 1994, Sun Nov  6 08:50:00 1994'],
    ['1994-11-06T08:49:37Z;w=60'],
  ])('is read where it is spelled %j, whatever zone this machine is in', (text) => {
    expect(httpDateMs(text)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
  });

  it('is the beginning of a day where it has no time', () => {
    expect(httpDateMs('1994-11-06')).toBe(Date.UTC(1994, 10, 6));
    expect(httpDateMs('1994-11-06T08:49')).toBe(Date.UTC(1994, 10, 6, 8, 49));
  });

  it('is the same on every day of the week', () => {
    for (const day of ['Mon', 'Tue', 'Thu', 'Sat']) {
      expect(httpDateMs(`${day}, 06 Nov 1994 08:49:37`)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
    }
  });

  it.each([
    ['retry 5'],
    ['foo 5'],
    ['in 30'],
    ['60 seconds'],
    ['1e3'],
    ['2026'],
    ['-5'],
    ['01/02/2026'],
    ['1 Jan'],
    ['Sun, 99 Foo 1994 08:49:37 GMT'],
    ['1994-13-45T08:49:37Z'],
    [''],
  ])('is not made of %j', (text) => {
    expect(httpDateMs(text)).toBeUndefined();
  });
});
