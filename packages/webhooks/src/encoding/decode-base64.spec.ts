import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeBase64 } from './decode-base64.js';

describe('decodeBase64', () => {
  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['missing padding', 'YQ'],
    ['leftover bits behind one byte', 'YR=='],
    ['leftover bits behind two bytes', 'YWJ='],
    ['the URL alphabet', '-_-_'],
    ['a blank inside', 'YW Jj'],
    ['junk behind the padding', 'YQ==$$$$'],
    ['padding in the middle', 'YQ==YQ=='],
    ['padding alone', '===='],
    ['wide characters whose low byte is a letter', '\u0161\u0161\u0161\u0161'],
  ])('refuses %s', (_what, text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  it('accepts a text only if encoding its bytes gives the same text', () => {
    const almost = fc.string({ unit: fc.constantFrom(...'ABCYZaz019+/=-_ '), minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(almost, (text) => {
        const canonical = Buffer.from(text, 'base64').toString('base64') === text;
        expect(decodeBase64(text) !== undefined).toBe(canonical);
      }),
    );
  });
});
