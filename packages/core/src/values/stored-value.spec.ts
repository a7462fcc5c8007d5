import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { restoredValue, storedValue } from './stored-value.js';

class Receipt {
  id = 'ch_1';
  at = new Date(0);
}

class Money {
  constructor(readonly amount: number) {}

  plus(other: Money): Money {
    return new Money(this.amount + other.amount);
  }
}

/** The value that comes back from the store. */
function replayed(value: unknown): unknown {
  return restoredValue(JSON.parse(JSON.stringify(storedValue(value))));
}

describe('a value in the store', () => {
  it.each([
    [undefined],
    [null],
    [0],
    [''],
    [false],
    ['text'],
    [1.5],
    [Number.NaN],
    [-Infinity],
    [12345678901234567890n],
    [new Date(0)],
    [[]],
    [{}],
    [[1, [undefined, null], { a: [{ b: 1n }] }]],
    [{ at: new Date(5), items: [new Date(6)] }],
    [{ $kind: 'date', as: 1 }],
    [{ $kind: undefined, as: { $kind: 'object' } }],
    [JSON.parse('{"__proto__":{"a":1}}')],
  ])('is %p again', (value) => {
    expect(replayed(value)).toStrictEqual(withoutUndefined(value));
  });

  it('is no date again where it was none', () => {
    expect(String(replayed(new Date(Number.NaN)))).toBe('Invalid Date');
  });

  it('is plain JSON where that can say it', () => {
    const value = { id: 'ch_1', items: [{ amount: 1 }, null], paid: true };
    expect(JSON.stringify(storedValue(value))).toBe(JSON.stringify(value));
  });

  it('is a plain object again where its class only held data', () => {
    expect(replayed(new Receipt())).toEqual({ id: 'ch_1', at: new Date(0) });
  });

  it('may stand in two places', () => {
    const item = { a: 1 };
    expect(replayed([item, item])).toEqual([item, item]);
  });

  const circular: { self?: unknown } = {};
  circular.self = { circular };
  const rows = Object.assign([1], { count: 1 });

  it.each([
    ['an object that holds itself', circular],
    ['an instance of Money', new Money(1)],
    ['an instance of Map', new Map()],
    ['an instance of Buffer', Buffer.from('bytes')],
    ['an instance of Response', new Response('body')],
    ['an instance of Readable', Readable.from(['a'])],
    ['an instance of Blob', new Blob(['a'])],
    ['an instance of Array', rows],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['an instance of a nameless class', new (class { rename() {} })()], // prettier-ignore
  ])('is not to be %s: that would be another thing when it came back', (what, value) => {
    for (const place of [value, [value], { deep: { value } }]) {
      expect(() => storedValue(place)).toThrow(new TypeError(`${what} cannot be kept for replay`));
    }
  });
});

/** As JSON has it: a property that is undefined is none. */
function withoutUndefined(value: unknown): unknown {
  const isRecord = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isRecord ? Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) : value;
}
