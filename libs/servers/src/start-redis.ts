import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersOn } from './answers-on.js';
import { freePort } from './free-port.js';
import { ServerProcess } from './server-process.js';

/** A Redis of the test's own, on a free port of the loopback interface, that keeps nothing on the disk unless told. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /**
   * Ends the process as `kill -9` would, or in good order, and starts it anew on the same port, once `whileDown` is
   * over.
   */
  restart(signal?: NodeJS.Signals, whileDown?: () => Promise<void>): Promise<void>;
  pause(): void;
  resume(): void;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const AT_ONCE = async () => undefined;

/**
 * Starts `redis-server` (Debian: `apt-get install redis-server`). Throws a `ServerUnavailableError` where there is
 * none.
 */
export async function startRedis(options: { args?: readonly string[]; port?: number } = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-redis-'));
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const start = () =>
    ServerProcess.start({
      server: 'redis-server',
      command: 'redis-server',
      args: [...own, ...(options.args ?? [])],
      isReady: () => answersOn(port, 'PING\r\n', '+PONG'),
    });
  let running = await start().catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    async restart(signal, whileDown = AT_ONCE) {
      await running.stop(signal);
      await whileDown();
      running = await start();
    },
    pause: () => running.pause(),
    resume: () => running.resume(),
    async stop(signal) {
      running.resume();
      await running.stop(signal);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
