import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { canonicalText } from './canonical-text.js';

/** Shows nothing of what it holds. */
class Money {
  readonly #amount: number;

  constructor(amount: number) {
    this.#amount = amount;
  }

  get amount(): number {
    return this.#amount;
  }
}

/** A class that says what it is. */
class Price extends Money {
  toJSON(): unknown {
    return { amount: this.amount };
  }
}

class Plain {
  b = 1;
  a = 2;
}

class Empty {
  readonly limit?: number;
}

function form(amount: string | Blob): FormData {
  const data = new FormData();
  data.set('amount', amount);
  return data;
}

describe('canonical text', () => {
  it('does not depend on the order of keys, at any depth', () => {
    expect(canonicalText({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  });

  it('has many keys in the order in which it has a few: that of their UTF-16 code units', () => {
    const names = ['b', 'a', 'Z', '10', '9', 'ä', 'aa', '', 'a b', '😀', '\uffff'];
    const textOf = (all: readonly string[]) => canonicalText(Object.fromEntries(all.map((name) => [name, 0])));
    const due = (all: readonly string[]) => `{${[...all].sort().map((name) => `${JSON.stringify(name)}:0`)}}`;
    const many = names.flatMap((name) => [name, `${name}!`]);
    expect(textOf(names)).toBe(due(names));
    expect(textOf(names.toReversed())).toBe(due(names));
    expect(textOf(many)).toBe(due(many));
  });

  it('depends on the order of a list', () => {
    expect(canonicalText([1, 2])).not.toBe(canonicalText([2, 1]));
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    ['"text"', '"\\"text\\""'],
    [1.5, '1.5'],
    [10n, '"10"'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [[undefined, null], '[null,null]'],
    [{ a: undefined, f: () => 1, s: Symbol('s') }, '{}'],
    [[() => 1, new AbortController().signal], '[null,null]'],
    [{ __proto__: null, b: 1, a: 2 }, '{"a":2,"b":1}'],
    [new Plain(), '{"a":2,"b":1}'],
    [Object.assign(Object.create(null) as object, { ['__proto__']: 1 }), '{"__proto__":1}'],
    [new Empty(), '{}'],
    [new Price(5), '{"amount":5}'],
    [new URL('https://example.com/a'), '"https://example.com/a"'],
  ])('writes %p as JSON would', (value, expected) => {
    expect(canonicalText(value)).toBe(expected);
  });

  it.each([
    ['maps', new Map([['amount', 1]]), new Map([['amount', 9999]])],
    ['sets', new Set([1]), new Set([2])],
    ['a map and a set', new Map(), new Set()],
    ['forms', form('1'), form('9999')],
    ['queries', new URLSearchParams('amount=1'), new URLSearchParams('amount=9999')],
    ['headers', new Headers({ amount: '1' }), new Headers({ amount: '9999' })],
    ['buffers', new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
    ['views', new Uint8Array([1, 2, 3]).subarray(1), new Uint8Array([1, 2, 3]).subarray(2)],
    ['kinds of views', new Uint8Array([1]), new Int8Array([1])],
    ['Node’s buffers', Buffer.from('a'), Buffer.from('b')],
    ['a number that is none and nothing', Number.NaN, null],
    ['infinities', Infinity, -Infinity],
    ['a date that is none and nothing', new Date(Number.NaN), null],
    ['expressions', /a/, /b/],
    ['errors', new Error('a'), new Error('b')],
    ['what says what it is', new Price(1), new Price(9999)],
    ['the text of a map and the map', 'Map[]', new Map()],
  ])('tells %s apart', (_name, one, other) => {
    expect(canonicalText([one])).not.toBe(canonicalText([other]));
    expect(canonicalText({ deep: [one] })).not.toBe(canonicalText({ deep: [other] }));
  });

  it('does not depend on the order in which a map or a set was filled', () => {
    const one = [new Map([['a', 1], ['b', 2]]), new Set(['a', 'b'])]; // prettier-ignore
    const other = [new Map([['b', 2], ['a', 1]]), new Set(['b', 'a'])]; // prettier-ignore
    expect(canonicalText(one)).toBe(canonicalText(other));
  });

  it('takes what stands in two places for what it is', () => {
    const item = { a: 1 };
    expect(canonicalText([item, item])).toBe('[{"a":1},{"a":1}]');
  });

  const circular: { self?: unknown } = {};
  circular.self = [circular];

  it.each([
    ['an object that holds itself', circular],
    ['an instance of Money', new Money(1)],
    ['an instance of File', form(new Blob(['a']))],
    ['an instance of Promise', Promise.resolve(1)],
    ['an instance of WeakMap', new WeakMap()],
    ['a stream or response', Readable.from(['a'])],
    ['a stream or response', new Response('body')],
    ['a stream or response', [1].values()],
  ])('refuses %s', (what, value) => {
    expect(() => canonicalText([value])).toThrow(new TypeError(what));
    expect(() => canonicalText(new Map([['deep', value]]))).toThrow(new TypeError(what));
  });
});
