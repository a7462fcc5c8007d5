import { createProvider } from '@breakwater/core';
import { RedisStore } from '@breakwater/redis';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { claimCases } from './claim-cases.js';
import type { ServerCases } from './round-trips.js';

const LIMIT = 1_000_000;

export async function redisCases(url: string): Promise<ServerCases> {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  const store = new RedisStore(redis);
  const provider = createProvider('provider', { rateLimit: { limit: LIMIT, per: '1s', wait: '5s' } }, { store });
  const without = createProvider('without', {}, { store });
  const peer = new RateLimiterRedis({ storeClient: redis, points: LIMIT, duration: 1 });
  const window = { limit: LIMIT, windowMs: 1000 };
  const call = () => undefined;
  return {
    cases: [
      { name: 'bare round trip (GET)', run: () => redis.get('nothing') },
      { name: 'decision: count in a window', most: 1.7, run: () => store.count('window', 1, window) },
      { name: 'decision: advance a bucket', most: 1.7, run: () => store.advance('bucket', 0.001, 1000) },
      ...claimCases(store, { newKey: 1.7, standing: 1.7 }),
      { name: 'a call without a limit', run: () => without.execute(call) },
      { name: 'a call under a shared limit, its token leased', most: 0.1, run: () => provider.execute(call) },
      { name: 'rate-limiter-flexible, consume', run: () => peer.consume('key') },
    ],
    close: async () => {
      provider.close();
      without.close();
      await store.close();
      redis.disconnect();
    },
  };
}
