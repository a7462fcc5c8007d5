import { describe, expect, it } from '@jest/globals';
import { plainCopy } from './plain-copy.js';

describe('a plain copy', () => {
  it('is of everything down to the last object and list, frozen or not', () => {
    const data = Object.freeze({ items: Object.freeze([Object.freeze({ id: 1 }), null]), total: 0n, none: undefined });
    const copy = plainCopy(data) as unknown as { items: { id: number }[] };
    expect(copy).toStrictEqual(data);
    copy.items[0]!.id = 2;
    copy.items.push({ id: 3 });
    expect(data.items).toStrictEqual([{ id: 1 }, null]);
  });

  it.each([[undefined], [null], [0], ['text'], [Symbol('x')], [() => 1], [new Date(0)], [new Map()], [new Error('x')]])(
    'gives %p as it is, also within data',
    (value) => {
      expect(plainCopy(value)).toBe(value);
      expect(plainCopy({ a: [value] }).a[0]).toBe(value);
    },
  );

  it('goes in the same circles as what it is of', () => {
    const circle: { self?: unknown; list: unknown[] } = { list: [] };
    circle.self = circle;
    circle.list.push(circle.list);
    const copy = plainCopy(circle);
    expect(copy).not.toBe(circle);
    expect(copy.self).toBe(copy);
    expect(copy.list[0]).toBe(copy.list);
    expect(copy.list).not.toBe(circle.list);
  });

  it('takes no name for the prototype', () => {
    const copy = plainCopy(JSON.parse('{"__proto__":{"admin":true}}') as { admin?: boolean });
    expect(copy.admin).toBeUndefined();
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"admin":true}}');
  });
});
