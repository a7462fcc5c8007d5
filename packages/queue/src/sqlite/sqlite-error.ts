import { sqliteCode } from '@breakwater/sqlite/adapter';
import { QueueDriverError } from '../driver/queue-driver.error.js';

/** An error of libsql as one of the driver, with the file's name. All others are passed on unchanged. */
export function sqliteError(file: string, error: unknown): unknown {
  if (error instanceof QueueDriverError || !(error instanceof Error)) return error;
  const code = sqliteCode(error);
  if (code === undefined) return error;
  return unusable(file, `${error.message} (${code})`, { code, cause: error });
}

export function unusable(
  file: string,
  what: string,
  { code = 'UNUSABLE', cause }: { readonly code?: string; readonly cause?: unknown } = {},
): QueueDriverError {
  return new QueueDriverError(`sqliteDriver '${file}'`, code, what, cause);
}
