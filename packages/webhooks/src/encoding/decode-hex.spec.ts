import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeHex } from './decode-hex.js';

describe('decodeHex', () => {
  it('gives back any bytes, from either case', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const hex = Buffer.from(bytes).toString('hex');
        expect(decodeHex(hex)).toEqual(Buffer.from(bytes));
        expect(decodeHex(hex.toUpperCase())).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['half a byte at the end', 'abc'],
    ['junk behind good digits', 'abcdzz'],
    ['a sign, a blank, a prefix', '0x12'],
    ['wide characters whose low byte is a digit', '\u0131\u0132'],
  ])('refuses %s', (_what, text) => {
    expect(decodeHex(text)).toBeUndefined();
  });

  it('agrees with a pattern over the whole string on every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeHex(text) !== undefined).toBe(/^(?:[0-9a-fA-F]{2})+$/.test(text));
      }),
    );
  });

  it('can decode a part', () => {
    expect(decodeHex('sha1=abcd;', 5, 9)).toEqual(Buffer.from('abcd', 'hex'));
  });

  it('writes into a buffer of the right size, and leaves one of another size alone', () => {
    const right = Buffer.alloc(2);
    const wrong = Buffer.alloc(3);
    expect(decodeHex('abcd', 0, 4, right)).toBe(right);
    expect(decodeHex('abcd', 0, 4, wrong)).toEqual(Buffer.from('abcd', 'hex'));
    expect(wrong).toEqual(Buffer.alloc(3));
  });
});
