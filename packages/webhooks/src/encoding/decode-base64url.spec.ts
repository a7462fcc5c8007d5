import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeBase64Url } from './decode-base64url.js';

describe('decodeBase64Url', () => {
  it('reads back any bytes, padded only where that is allowed', () => {
    const property = fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (array) => {
      const bytes = Buffer.from(array);
      const text = bytes.toString('base64url');
      const padding = '='.repeat((4 - (text.length % 4)) % 4);
      const inside = decodeBase64Url(`>>${text}<<`, { start: 2, end: 2 + text.length });
      const padded = decodeBase64Url(text + padding, { padded: true });
      const strict = padding === '' || decodeBase64Url(text + padding) === undefined;
      return [decodeBase64Url(text), inside, padded].every((each) => each?.equals(bytes) === true) && strict;
    });
    expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();
  });

  it.each([
    '',
    '=',
    'A',
    'AA=',
    'AA===',
    'AB==C',
    'A+',
    'A/',
    'AB',
    'AAB',
    'AA A',
    'AA\n',
    'ÀA',
    'AAAA=',
    'AAAAA',
    '====',
  ])('returns nothing for %j', (text) => {
    expect(decodeBase64Url(text)).toBeUndefined();
    expect(decodeBase64Url(text, { padded: true })).toBeUndefined();
  });

  it('uses a buffer of the right size again', () => {
    const into = Buffer.alloc(2);
    expect(decodeBase64Url('__8', { into })).toBe(into);
    expect(decodeBase64Url('__8', { into: Buffer.alloc(3) })).toEqual(Buffer.from([255, 255]));
  });
});
