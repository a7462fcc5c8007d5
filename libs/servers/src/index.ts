export { freePort } from './free-port.js';
export { serverOrReason } from './server-or-reason.js';
export { ServerUnavailableError } from './server-unavailable.error.js';
export { startPostgres, type PostgresServer } from './start-postgres.js';
export { startRedis, type RedisServer } from './start-redis.js';
export { startJsonServer, type JsonAnswer, type JsonRequest, type JsonServer } from './secrets/json-server.js';
export { mountVolume, type MountedVolume } from './secrets/mounted-volume.js';
export { startSecretsManager, type SecretsManagerServer } from './secrets/start-secrets-manager.js';
export { startVault, type VaultOptions, type VaultServer } from './secrets/start-vault.js';
