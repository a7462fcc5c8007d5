import { sqliteCode } from './sqlite-code.js';

/** Whether SQLite refused because another process was at work: nothing was changed, so it can be tried again. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code.startsWith('SQLITE_BUSY') || code === 'SQLITE_PROTOCOL');
}
