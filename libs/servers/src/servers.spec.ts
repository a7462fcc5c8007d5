import { afterAll, describe, expect, it } from '@jest/globals';
import { freePort, serverOrReason, ServerUnavailableError, startPostgres, startRedis } from './index.js';
import { answersOn } from './answers-on.js';
import { HELLO } from './start-postgres.js';

const redis = await serverOrReason(startRedis);
const postgres = await serverOrReason(startPostgres);
const servers = { redis, postgres };
const hello = { redis: 'PING\r\n', postgres: HELLO };
const expected = { redis: '+PONG', postgres: 'R' };

afterAll(async () => {
  for (const server of [redis, postgres]) if (!(server instanceof ServerUnavailableError)) await server.stop();
});

describe.each(['redis', 'postgres'] as const)('a %s of the test’s own', (name) => {
  const server = servers[name];
  const run = server instanceof ServerUnavailableError ? it.skip : it;

  run('answers on its port, also after it was killed and started anew', async () => {
    if (server instanceof ServerUnavailableError) return;
    expect(await answersOn(server.port, hello[name], expected[name])).toBe(true);
    await server.restart('SIGKILL');
    expect(await answersOn(server.port, hello[name], expected[name])).toBe(true);
  });
});

describe('serverOrReason', () => {
  const missing = async () => {
    throw new ServerUnavailableError('redis-server', 'it is not installed');
  };

  it('is an error in CI', async () => {
    const before = process.env.CI;
    process.env.CI = 'true';
    await expect(serverOrReason(missing)).rejects.toThrow('redis-server cannot be started: it is not installed');
    if (before === undefined) delete process.env.CI;
    else process.env.CI = before;
  });

  it('passes on any other failure', async () => {
    await expect(serverOrReason(() => Promise.reject(new RangeError('another')))).rejects.toThrow('another');
  });

  it('finds ports that are free', async () => {
    const ports = await Promise.all([freePort(), freePort()]);
    for (const port of ports) expect(await answersOn(port, '', '')).toBe(false);
  });
});
