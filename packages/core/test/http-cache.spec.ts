import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ResilientProvider } from '../src/index.js';
import { CachingShop } from './http-cache.fixture.js';

describe('the HTTP cache of a provider', () => {
  let shop: CachingShop;

  beforeEach(async () => {
    shop = new CachingShop();
    await shop.server.listen();
  });
  afterEach(() => shop.close());

  const text = async (provider: ResilientProvider, path = '/', init?: RequestInit) =>
    (await provider.fetch(path, init)).text();

  it('answers while an answer is fresh, without a request, and says so', async () => {
    const provider = shop.start();
    shop.server.gives({ 'cache-control': 'max-age=60' });
    const first = await provider.fetch('/prices');
    expect([await first.text(), first.headers.get('age')]).toEqual(['answer 1', null]);
    expect(first.headers.get('cache-status')).toBe('breakwater; fwd=uri-miss; fwd-status=200; stored; ttl=60');
    await shop.clock.advance('59s');
    const second = await provider.fetch('/prices');
    expect([await second.text(), second.headers.get('age')]).toEqual(['answer 1', '59']);
    expect(second.headers.get('cache-status')).toBe('breakwater; hit; ttl=1');
    await shop.clock.advance('1s');
    expect(await text(provider, '/prices')).toBe('answer 2');
    expect(provider.snapshot().httpCache).toMatchObject({ hits: 1, misses: 2, stored: 2, entries: 1 });
  });
});
