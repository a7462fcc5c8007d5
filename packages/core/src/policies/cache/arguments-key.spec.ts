import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelRuns } from '../../testing/model-runs.js';
import { argumentsKey } from './arguments-key.js';

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('', '1', 'a', '"', '1"a', ',', 'null', 'undefined', '@0,') },
    { weight: 3, arbitrary: fc.constantFrom(0, -0, 1, 1.5, Number.NaN, Infinity, -Infinity) },
    { weight: 2, arbitrary: fc.constantFrom(undefined, null, true, false, 0n, 1n) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1).map((ms) => new Date(ms)) },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    {
      weight: 2,
      arbitrary: fc.dictionary(fc.constantFrom('a', 'b', '1"a', ''), tie('value'), { noNullPrototype: true }),
    },
  ),
})).value;

describe('the key of arguments', () => {
  it('is the same for equal arguments, and for no others', () => {
    const args = fc.array(plain, { maxLength: 3 });
    const runs = fc.check(
      fc.property(
        args,
        args,
        (one, other) => (argumentsKey(one) === argumentsKey(other)) === isDeepStrictEqual(one, other),
      ),
      { numRuns: modelRuns(5000) },
    );
    expect(fc.defaultReportMessage(runs)).toBeUndefined();
  });

  it.each([
    [[], []],
    [[{ a: 1, b: { c: [2], d: 3 } }], [{ b: { d: 3, c: [2] }, a: 1 }]],
    [[{ a: 1 }], [Object.assign(Object.create(null) as object, { a: 1 })]],
    [[new Date(5)], [new Date(5)]],
  ])('is the same for %j and %j', (one, other) => {
    expect(argumentsKey(one)).toBe(argumentsKey(other));
    expect(argumentsKey(one)).toEqual(expect.any(String));
  });

  it.each([
    [['a', 'b'], ['ab']],
    [[1], ['1']],
    [[1n], [1]],
    [
      [12, 3],
      [1, 23],
    ],
    [[['a'], 'b'], [['a', 'b']]],
    [[{ a: 'x' }, 'b'], [{ a: 'x', b: '' }]],
    [[undefined], []],
    [[undefined], [null]],
    [[{ a: undefined }], [{}]],
    [[new Date(0)], [new Date(0).toJSON()]],
    [[new Date(0)], [0]],
    [[Number.NaN], [null]],
    [[0], [-0]],
    [[[]], [{}]],
    [[true], ['true']],
    [[true], [false]],
    [[1n], [2n]],
    [[new Date(0)], [new Date(1)]],
    [['a', 'b'], ['a"b']],
    [[1, [2]], [[1, 2]]],
    [['a', 1, {}], [{ a: 1 }]],
    [[{ a: 1 }, 'b', 2], [{ a: 1, b: 2 }]],
    [[{ a: 1, b: 2 }], [{ a: 1 }, { b: 2 }]],
    [[{ a: new Date(0) }], [{ a: '@0,' }]],
  ])('tells %p from %p', (one, other) => {
    expect(argumentsKey(one)).not.toBe(argumentsKey(other));
  });

  it.each([[undefined], [null], [true], [0], [-0], [0n], [''], [[]], [{}], [new Date(0)]])(
    'tells %p from no argument at all, and twice from once',
    (value) => {
      const keys = [[], [value], [value, value], [[value]]].map(argumentsKey);
      expect(new Set(keys).size).toBe(4);
    },
  );

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['an instance of a class', new (class Money {})()],
    ['a Map', new Map()],
    ['bytes', Buffer.from('x')],
    ['a URL', new URL('http://x')],
    ['a date with more to it', new (class Day extends Date {})()],
    ['a list’s iterator', [1].values()],
    ['a signal', new AbortController().signal],
    ['an object with a symbol for a name', { [Symbol('x')]: 1 }],
  ])('is none for %s, at any depth', (_name, value) => {
    expect(argumentsKey([value])).toBeUndefined();
    expect(argumentsKey([1, [value]])).toBeUndefined();
    expect(argumentsKey([{ a: { b: value } }])).toBeUndefined();
  });

  it('is none for what goes in a circle', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const list: unknown[] = [];
    list.push(list, list);
    expect(argumentsKey([circle])).toBeUndefined();
    expect(argumentsKey([list])).toBeUndefined();
  });

  it('is none for what is too deep, or far too much', () => {
    const nested = (depth: number) => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 'x');
    expect(argumentsKey([nested(32)])).toBeDefined();
    expect(argumentsKey([nested(33)])).toBeUndefined();
    expect(argumentsKey([{ a: nested(31) }])).toBeDefined();
    expect(argumentsKey([{ a: nested(32) }])).toBeUndefined();
    expect(argumentsKey([Array.from({ length: 9999 }, () => 1)])).toBeDefined();
    expect(argumentsKey([Array.from({ length: 10_000 }, () => 1)])).toBeUndefined();
  });
});
