import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from './canonical-json.js';

describe('canonical JSON', () => {
  it('does not depend on the order of keys, at any depth', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  });

  it('depends on the order of a list', () => {
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [10n, '"10"'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [{ a: undefined, f: () => 1 }, '{}'],
    [{ __proto__: null, b: 1, a: 2 }, '{"a":2,"b":1}'],
    [
      new (class Money {
        b = 1;
        a = 2;
      })(),
      '{"a":2,"b":1}',
    ],
  ])('writes %p', (value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it('refuses circular values', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    expect(() => canonicalJson(circular)).toThrow(TypeError);
  });
});
