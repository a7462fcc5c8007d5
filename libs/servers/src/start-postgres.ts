import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answersOn } from './answers-on.js';
import { freePort } from './free-port.js';
import { postgresBinaries } from './postgres-binaries.js';
import { ServerProcess } from './server-process.js';
import { ServerUnavailableError } from './server-unavailable.error.js';

/** A Postgres of the test's own, on a free port of the loopback interface, with an empty database `postgres`. */
export interface PostgresServer {
  /** `postgres://…`, as the superuser, without a password. */
  readonly url: string;
  readonly port: number;
  /**
   * Ends the server, by default in good order although clients are connected, and starts it anew over the same data,
   * once `whileDown` is over.
   */
  restart(signal?: NodeJS.Signals, whileDown?: () => Promise<void>): Promise<void>;
  /** Starts it anew as a standby, which is in recovery for ever: it answers, and takes no writes. */
  standBy(): Promise<void>;
  pause(): void;
  resume(): void;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Postgres refuses to run as root: then it runs as the user `nobody`. */
export const NOBODY = { uid: 65_534, gid: 65_534 };

/** Begins a session (protocol 3.0): a server that is ready answers `R`, one that is starting up `E`. */
export const HELLO = startupMessage('user\0postgres\0database\0postgres\0\0');

const MOST_STARTS = 100;

/** Fast shutdown: ends sessions instead of waiting for them. */
const FAST = 'SIGINT';
const AT_ONCE = async () => undefined;

/** Starts a Postgres from npm binaries. Throws a `ServerUnavailableError` where there are none for this machine. */
export async function startPostgres(): Promise<PostgresServer> {
  const binaries = postgresBinaries();
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-pg-'));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const env = { ...process.env, LD_LIBRARY_PATH: join(binaries, 'lib'), LC_ALL: 'C' };
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
    execFileSync(join(binaries, 'bin', 'initdb'), args, { ...user, env, cwd: folder, stdio: 'pipe' });
  } catch (error) {
    remove();
    throw new ServerUnavailableError('postgres', `initdb failed: ${String(error)}`, error);
  }
  const port = await freePort();
  const start = () =>
    ServerProcess.start({
      server: 'postgres',
      command: join(binaries, 'bin', 'postgres'),
      args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder],
      options: { ...user, env, cwd: folder },
      isReady: () => answersOn(port, HELLO, 'R'),
    });
  let running = await start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    async restart(signal = FAST, whileDown = AT_ONCE) {
      await running.stop(signal);
      await whileDown();
      running = await startOver(start);
    },
    async standBy() {
      await running.stop(FAST);
      const signal = join(data, 'standby.signal');
      writeFileSync(signal, '');
      if (user !== undefined) chownSync(signal, user.uid, user.gid);
      running = await start();
    },
    pause: () => running.pause(),
    resume: () => running.resume(),
    async stop(signal = FAST) {
      running.resume();
      await running.stop(signal);
      remove();
    },
  };
}

/** Sessions of a server that was killed notice it when they next look: until then their memory is in use. */
async function startOver(start: () => Promise<ServerProcess>): Promise<ServerProcess> {
  for (let tries = 1; ; tries++) {
    try {
      return await start();
    } catch (error) {
      if (tries === MOST_STARTS || !String(error).includes('shared memory block')) throw error;
      await sleep(100);
    }
  }
}

function startupMessage(parameters: string): Buffer {
  const body = Buffer.from(parameters);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, body]);
}
