import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { portableText, textOfPortable } from './portable-text.js';

describe('portableText', () => {
  it('keeps ordinary text readable', () => {
    expect(portableText('{"a":"ü😀"}')).toBe('1{"a":"ü😀"}');
  });

  it('returns every string as it was, without U+0000 or lone surrogates on the way', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
        (text) => {
          const stored = portableText(text);
          expect(stored).not.toMatch(/[\0\p{Surrogate}]/u);
          expect(textOfPortable(stored)).toBe(text);
        },
      ),
    );
  });

  it('refuses a record of another format', () => {
    expect(() => textOfPortable('9…')).toThrow('a format that this release does not know ("9")');
    expect(() => textOfPortable('')).toThrow(TypeError);
  });
});
