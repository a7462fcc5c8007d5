import { QueueDriverError } from '../driver/queue-driver.error.js';

/** An error of libsql as one of the driver, with the file's name. All others are passed on unchanged. */
export function sqliteError(file: string, error: unknown): unknown {
  if (error instanceof QueueDriverError || !(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || !code.startsWith('SQLITE')) return error;
  return unusable(file, `${error.message} (${code})`, { code, cause: error });
}

export function unusable(
  file: string,
  what: string,
  { code = 'UNUSABLE', cause }: { readonly code?: string; readonly cause?: unknown } = {},
): QueueDriverError {
  return new QueueDriverError(`sqliteDriver '${file}'`, code, what, cause);
}

/** Whether SQLite refused because another process was at work: nothing was changed, so it can be tried again. */
export function isBusy(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && (code.startsWith('SQLITE_BUSY') || code === 'SQLITE_PROTOCOL');
}
