export type { RedisClient, RedisSubscriber } from './redis-client.js';
export { RedisStoreError } from './redis-store.error.js';
export { RedisStore } from './redis-store.js';
export type { RedisStoreOptions } from './redis-store.options.js';
