import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { busContract, storeContract } from '@breakwater/core/testing';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisStore } from './redis-store.js';

const url = process.env['REDIS_URL'];
if (url === undefined) process.stderr.write('skipped: REDIS_URL names no Redis to try beside those that tests start\n');

(url === undefined ? describe.skip : describe)('the Redis that REDIS_URL names', () => {
  let redis: Redis;
  let other: Redis;
  // It may hold what others need: everything stands under a prefix of this run.
  const prefix = `breakwater-test-${randomUUID()}:`;

  beforeAll(() => {
    redis = new Redis(url!);
    other = new Redis(url!);
  });
  afterAll(async () => {
    for await (const keys of redis.scanStream({ match: `${prefix}*` })) {
      if ((keys as string[]).length > 0) await redis.del(keys as string[]);
    }
    redis.disconnect();
    other.disconnect();
  });

  storeContract(async () => ({ store: new RedisStore(redis, { prefix, timeout: '60s' }), elapse: (ms) => sleep(ms) }));

  busContract(async () => ({
    bus: new RedisStore(redis, { prefix, timeout: '60s' }).bus,
    other: new RedisStore(other, { prefix, timeout: '60s' }).bus,
    async until(condition) {
      while (!condition()) await sleep(5);
    },
  }));
});
