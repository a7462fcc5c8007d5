import { describe, expect, it } from '@jest/globals';
import { payloadText } from './payload-text.js';

class Order {
  readonly lines = [1, 2];
  get total(): number {
    return 3;
  }
}

const circle: Record<string, unknown> = { order: {} };
circle['order'] = { circle };

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { value };
  return value;
}

describe('the text of a payload', () => {
  it.each([
    [null, 'null'],
    [0, '0'],
    ['', '""'],
    ['a\ud800\0', '"a\\ud800\\u0000"'],
    [{ a: undefined, b: [undefined] }, '{"b":[null]}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [new Order(), '{"lines":[1,2]}'],
    [Object.create(null), '{}'],
    [JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
    [{ toJSON: () => 'its own' }, '"its own"'],
    [[{ same: 1 }, { same: 1 }], '[{"same":1},{"same":1}]'],
  ])('is its JSON (%#)', (payload, text) => {
    expect(payloadText(payload, 'sync')).toBe(text);
  });

  it.each<[unknown, string]>([
    [undefined, 'payload: nothing given'],
    [() => 1, 'payload: a function given'],
    [Symbol('s'), 'payload: Symbol(s) given'],
    [{ order: { total: Number.NaN } }, 'payload.order.total: NaN given'],
    [[Number.POSITIVE_INFINITY], 'payload.0: Infinity given'],
    [{ amount: 5n }, 'payload.amount: 5 given'],
    [{ lines: new Map([[1, 2]]) }, 'payload.lines: an instance of Map given'],
    [{ tags: new Set([1]) }, 'payload.tags: an instance of Set given'],
    [{ customer: Promise.resolve(1) }, 'payload.customer: an instance of Promise given'],
    [new Error('no'), 'payload: an instance of Error given'],
    [{ bytes: new Uint8Array(2) }, 'payload.bytes: an instance of Uint8Array given'],
    [{ order: { run: () => 1 } }, 'payload.order.run: a function given'],
    [circle, 'payload.order.circle: an object that holds itself given'],
    [{ sk_live_4eC39HqLyjWDarjtT1zdp7dc: Number.NaN }, 'payload.(a name of 32 characters): NaN given'],
  ])('is refused for what JSON would make another value of, with its place (%#)', (payload, place) => {
    expect(() => payloadText(payload, 'sync')).toThrow(
      `the payload of 'sync' is no JSON: ${place}; expected plain data`,
    );
    expect(() => payloadText(payload, 'sync')).toThrow(TypeError);
  });

  it('is refused with what went wrong where there is no place to name', () => {
    const broken = {
      get total(): number {
        throw new Error('no total yet');
      },
    };
    expect(() => payloadText(broken, 'sync')).toThrow("the payload of 'sync' is no JSON: no total yet");
    expect(() => payloadText(nested(100_000), 'sync')).toThrow(/'sync' is no JSON: Maximum call stack/);
    expect(payloadText(nested(500), 'sync')).toHaveLength('{"value":}'.length * 500 + 1);
  });
});
