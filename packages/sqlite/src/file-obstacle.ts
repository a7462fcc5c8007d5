import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Tells an operator how to go on with a damaged file. */
const DAMAGED =
  'the file is damaged: put it aside, with the -wal and -shm beside it, and the next start makes a new one, which knows nothing of what was kept';

/**
 * Says what keeps a process from using a file of SQLite's, where SQLite says only that it cannot; `undefined` where
 * nothing more is to be seen.
 */
export function fileObstacle(file: string, code: string): string | undefined {
  if (code.startsWith('SQLITE_CORRUPT')) return DAMAGED;
  if (!/^SQLITE_(CANTOPEN|READONLY|PERM|IOERR)/.test(code)) return undefined;
  try {
    return obstacleTo(file);
  } catch {
    return undefined;
  }
}

function obstacleTo(file: string): string | undefined {
  const directory = dirname(resolve(file));
  if (!statSync(directory).isDirectory()) return `'${directory}' is not a directory`;
  if (existsSync(file)) {
    if (!statSync(file).isFile()) return 'it is a directory, or something else that is not a file';
    const refused = refusalOf(file);
    if (refused !== undefined) return `this process may not read and write it (${refused})`;
  }
  const refused = refusalOf(directory);
  return refused && `this process may not write to '${directory}', where SQLite keeps files beside it (${refused})`;
}

/** The error of the operating system with which a path cannot be written: `'EACCES'`, `'EROFS'` … */
function refusalOf(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
