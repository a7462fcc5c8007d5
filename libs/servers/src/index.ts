export { freePort } from './free-port.js';
export { serverOrReason } from './server-or-reason.js';
export { ServerUnavailableError } from './server-unavailable.error.js';
export { startPostgres, type PostgresServer } from './start-postgres.js';
export { startRedis, type RedisServer } from './start-redis.js';
