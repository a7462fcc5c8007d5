import { describe, expect, it } from '@jest/globals';
import { shortId } from './short-id.js';

describe('the short id of a text', () => {
  const long = 'x'.repeat(1025);

  it('holds a text of up to 1024 characters, and only the SHA-256 of a longer one', () => {
    expect(shortId('')).toBe('=');
    expect(shortId(long.slice(1))).toBe(`=${long.slice(1)}`);
    expect(shortId(long)).toBe('#qbVvo2o5sZ-Au-YL1YM19t_Soi3N8epBxns0PJRvszI');
    expect(shortId('x'.repeat(1_000_000))).toHaveLength(44);
  });

  it('differs where the texts do, in half a surrogate pair, too, and when one is the digest of the other', () => {
    const ids = ['', long, `${long}x`, `${long}\ud800`, `${long}\ud801`, shortId(long), '#', '='].map(shortId);
    expect(new Set(ids).size).toBe(8);
  });
});
