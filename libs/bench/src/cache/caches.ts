import { createProvider } from '@breakwater/core';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { LRUCache } from 'lru-cache';
import { bootCachedClient } from './boot-cached-client.js';
import { product, type Product } from './product.js';

/** Asks a cache for a product that it has, or loads it. */
export type Find = (id: string) => Promise<Product>;

const TTL_MS = 3_600_000;

/** The caches side by side, each as its documents say, with its answers in memory. */
export const CACHES: Readonly<Record<string, () => Find | Promise<Find>>> = {
  'lru-cache get': () => {
    const cache = new LRUCache<string, Product>({ max: 1000, ttl: TTL_MS });
    return async (id) => {
      const held = cache.get(id);
      if (held !== undefined) return held;
      const loaded = product(id);
      cache.set(id, loaded);
      return loaded;
    };
  },
  'lru-cache fetch': () => {
    const cache = new LRUCache<string, Product>({ max: 1000, ttl: TTL_MS, fetchMethod: async (id) => product(id) });
    return (id) => cache.forceFetch(id);
  },
  'Breakwater, method with @Cached': () => bootCachedClient({ ttl: TTL_MS }),
  'Breakwater, provider.execute': () => {
    const provider = createProvider('catalog', { cache: { ttl: TTL_MS } });
    return (id) => provider.execute(() => product(id), { args: [id] });
  },
  'cache-manager wrap': () => {
    const cache = createCache({ ttl: TTL_MS });
    return (id) => cache.wrap(`product:${id}`, async () => product(id));
  },
  'bentocache getOrSet': () => {
    const bento = new BentoCache({
      default: 'memory',
      stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 1000 })) },
    });
    return (id) => bento.getOrSet({ key: `product:${id}`, ttl: TTL_MS, factory: async () => product(id) });
  },
  'cacheable wrap': () => {
    const find = new Cacheable({ ttl: TTL_MS }).wrap(async (id: string) => product(id), { keyPrefix: 'product' });
    return async (id) => (await find(id))!;
  },
  'cacheable getOrSet': () => {
    const cache = new Cacheable({ ttl: TTL_MS });
    return async (id) => (await cache.getOrSet(`product:${id}`, async () => product(id)))!;
  },
};
