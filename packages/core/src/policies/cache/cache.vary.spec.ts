import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { bench, ZEROS } from './cache.fixture.js';

describe('answers vary', () => {
  it('on what vary says, and a call of which it says nothing is not cached', async () => {
    let user: string | undefined = 'ann';
    const { find, provider, counters, events } = bench({ ttl: '1m', vary: () => user });
    expect(await find(1)).toBe('answer 1');
    user = 'bob';
    expect(await find(1)).toBe('answer 2');
    user = 'ann';
    expect(await find(1)).toBe('answer 1');
    user = undefined;
    expect(await find(1)).toBe('answer 3');
    expect(await find(1)).toBe('answer 4');
    expect(counters()).toMatchObject({ ...ZEROS, misses: 2, hits: 1, uncached: 2 });
    expect(events.ofType('cache.bypassed')[0]!.detail).toEqual({ reason: 'vary' });
    expect(provider.invalidate({ args: [1] })).toBe(2);
  });

  it('on nothing by a vary that throws: such calls are not cached, which is told', async () => {
    const { find, events } = bench({
      ttl: '1m',
      vary: () => {
        throw new Error('no user');
      },
    });
    expect([await find(1), await find(1)]).toEqual(['answer 1', 'answer 2']);
    expect(events.ofType('callback.failed')[0]!.detail).toMatchObject({ callback: 'cache.vary', reason: 'no user' });
  });

  it.each([
    ['another bearer token', { bearer: () => secret }],
    ['another password', { basic: { username: 'shop', password: () => secret } }],
    ['another value of a header', { header: { name: 'X-Api-Key', value: () => secret } }],
  ])('on the provider’s credential: %s finds none of the former one’s', async (_, auth) => {
    secret = 'one';
    const provider = createProvider('catalog', {
      cache: { ttl: '1m' },
      http: { baseUrl: 'https://catalog.test', auth },
    });
    let loads = 0;
    const ask = () => provider.execute(() => `answer ${++loads}`, { args: [1] });
    expect([await ask(), await ask()]).toEqual(['answer 1', 'answer 1']);
    secret = 'two';
    expect([await ask(), await ask()]).toEqual(['answer 2', 'answer 2']);
    secret = 'one';
    expect(await ask()).toBe('answer 1');
  });

  it('on the client of OAuth 2 and not on its tokens', async () => {
    secret = 'one';
    let client = 'shop';
    const oauth2 = { tokenUrl: 'https://catalog.test/token', clientId: () => client, clientSecret: () => secret };
    const http = { baseUrl: 'https://catalog.test', auth: { oauth2 } };
    const provider = createProvider('catalog', { cache: { ttl: '1m' }, http });
    let loads = 0;
    const ask = () => provider.execute(() => `answer ${++loads}`, { args: [1] });
    expect(await ask()).toBe('answer 1');
    secret = 'two';
    expect(await ask()).toBe('answer 1');
    client = 'other';
    expect(await ask()).toBe('answer 2');
  });

  it('not on the credential where varyOnCredential says that all see the same', async () => {
    secret = 'one';
    const provider = createProvider('catalog', {
      cache: { ttl: '1m', varyOnCredential: false },
      http: { baseUrl: 'https://catalog.test', auth: { bearer: () => secret } },
    });
    let loads = 0;
    const ask = () => provider.execute(() => `answer ${++loads}`, { args: [1] });
    await ask();
    secret = 'two';
    expect(await ask()).toBe('answer 1');
  });

  it('on a single argument in every way that the long way does', async () => {
    const provider = createProvider('catalog', { cache: { ttl: '1m' } });
    const odd = ['1', 1, 0, -0, NaN, '', 'NaN', '0', true, null, undefined, [1], { a: 1 }, 'x'.repeat(300), 1n, 'a\0b'];
    const ask = (arg: unknown, key?: string) =>
      provider.execute(() => ({ arg }), { args: [arg], ...(key !== undefined && { key }) });
    const first = [];
    for (const arg of odd) first.push(await ask(arg));
    expect(new Set(first).size).toBe(odd.length);
    for (const [i, arg] of odd.entries()) expect(await ask(arg)).toBe(first[i]);
    expect(await ask('1', 'tenant')).not.toBe(first[0]);
    const other = await provider.execute(() => 'other', { args: ['1'], operation: 'list' });
    expect(other).toBe('other');
    expect(await provider.execute(() => 'nested', { args: ['1'], operation: 'list' })).toBe('other');
  });
});

let secret = '';
