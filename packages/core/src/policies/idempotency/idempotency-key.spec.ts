import { describe, expect, it } from '@jest/globals';
import { derivedKey, uniqueKey } from './idempotency-key.js';

describe('an idempotency key', () => {
  it('that is derived is the same in every release: an operation begun before must be found after', () => {
    expect(derivedKey('payments', 'charge', 'order-1')).toBe('wfgPCZNJWklDniHeoTRC4L');
    expect(derivedKey('payments', 'charge', 'order-1', 'tenant')).toBe('PEjkj4hINIa2tFzyIVi5QP');
  });

  it('that is derived keeps its parts apart', () => {
    expect(derivedKey('a', 'bc')).not.toBe(derivedKey('ab', 'c'));
    expect(derivedKey('a", "b')).not.toBe(derivedKey('a', 'b'));
  });

  it('that is made for one call is 128 bits that nothing else has, in a form that fits into a header', () => {
    const keys = Array.from({ length: 1000 }, uniqueKey);
    expect(new Set(keys).size).toBe(1000);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
