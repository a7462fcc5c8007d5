/** SQLite's primary result codes, the low byte of every extended one. Source: sqlite.org/rescode.html. */
const PRIMARY: Readonly<Record<number, string>> = {
  1: 'ERROR',
  3: 'PERM',
  5: 'BUSY',
  6: 'LOCKED',
  7: 'NOMEM',
  8: 'READONLY',
  9: 'INTERRUPT',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  15: 'PROTOCOL',
  17: 'SCHEMA',
  19: 'CONSTRAINT',
  22: 'NOLFS',
  26: 'NOTADB',
};

/**
 * The code of an error of libsql's, such as `'SQLITE_BUSY'`; `undefined` for other errors. libsql has no names for some
 * extended codes, such as that of a directory which cannot be written: these get the primary one's.
 */
export function sqliteCode(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  if (typeof code !== 'string') return undefined;
  const extended = /^UNKNOWN_SQLITE_ERROR_(\d+)$/.exec(code)?.[1];
  if (extended !== undefined) return `SQLITE_${PRIMARY[Number(extended) & 0xff] ?? 'ERROR'}`;
  return code.startsWith('SQLITE') ? code : undefined;
}
