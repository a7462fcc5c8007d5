import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../provider/create-provider.js';
import type { ResilientProvider } from '../provider/resilient-provider.js';
import { TestClock } from '../testing/test-clock.js';

/** A key that no compiler has checked. */
const key = (given: unknown) => given as string;

const ended = (provider: ResilientProvider, given: unknown) =>
  provider
    .execute(() => given, { key: key(given) })
    .then(
      () => 'ended',
      (error: Error & { code?: string }) => error.code ?? error.message,
    );

describe('the key of a call', () => {
  it.each([
    ['an object', { id: 1 }],
    ['an instance of Date', new Date(0)],
    ['an instance of Promise', Promise.reject(new Error('of an async function'))],
    ['a list', ['a']],
    ['Symbol(a)', Symbol('a')],
    ['a function', () => 'a'],
    ['true', true],
    ['NaN', NaN],
  ])('is refused where it is %s: nothing would tell that two of them are the same tenant', async (shown, given) => {
    const provider = createProvider('crm', { rateLimit: { limit: 1, per: '1h' } }, { clock: new TestClock() });
    await expect(provider.execute(() => 1, { key: key(given) })).rejects.toThrow(
      `the key of a call is ${shown}; expected text`,
    );
    expect(() => provider.observe({ status: 200, headers: {} }, { key: key(given) })).toThrow(TypeError);
    await expect(provider.cache.invalidate({ key: key(given) })).rejects.toThrow(TypeError);
  });

  it.each([
    [7, '7'],
    [7n, '7'],
  ])('is text where it is the number %p, everywhere', async (number, text) => {
    const provider = createProvider(
      'crm',
      { cache: { ttl: '1h' }, rateLimit: { limit: 1, per: '1h' } },
      { clock: new TestClock() },
    );
    const ask = (answer: string, given: unknown) => provider.execute(() => answer, { args: [], key: key(given) });
    expect(await ask('first', number)).toBe('first');
    expect(await ask('second', text)).toBe('first');
    expect(provider.invalidate({ key: key(number) })).toBe(1);
    await expect(ask('third', text)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('is none where it is null', async () => {
    const provider = createProvider('crm', { rateLimit: { limit: 1, per: '1h' } }, { clock: new TestClock() });
    expect([await ended(provider, null), await ended(provider, undefined)]).toEqual(['ended', 'RATE_LIMITED']);
  });
});
