import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersOn } from './answers-on.js';
import { freePort } from './free-port.js';
import { ServerProcess } from './server-process.js';
import { ServerUnavailableError } from './server-unavailable.error.js';
import { HELLO, NOBODY } from './start-postgres.js';

export interface PgbouncerServer {
  /** `postgres://…`, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Where distributions put it, which need not be on the path of a user. */
const PLACES = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'];

/**
 * Starts a `pgbouncer` in transaction mode in front of a Postgres of this machine (Debian: `apt-get install
 * pgbouncer`). Throws a `ServerUnavailableError` where there is none.
 */
export async function startPgbouncer(postgresPort: number): Promise<PgbouncerServer> {
  const command = PLACES.find((place) => existsSync(place));
  if (command === undefined)
    throw new ServerUnavailableError('pgbouncer', 'it is not installed: apt-get install pgbouncer');
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-pgbouncer-'));
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  const config = join(folder, 'pgbouncer.ini');
  writeFileSync(
    config,
    `[databases]
postgres = host=127.0.0.1 port=${postgresPort} user=postgres dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
`,
  );
  if (user !== undefined) for (const path of [folder, config]) chownSync(path, user.uid, user.gid);
  const running = await ServerProcess.start({
    server: 'pgbouncer',
    command,
    args: [config],
    options: { ...user, cwd: folder },
    isReady: () => answersOn(port, HELLO, 'R'),
  });
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await running.stop('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
