/** An error of a driver and the backend behind it: what was asked may be asked again once the backend is well. */
export class QueueDriverError extends Error {
  override readonly name = 'QueueDriverError';

  /** `code` is the backend's own (`'SQLITE_FULL'`, `'ECONNREFUSED'`, …), or `'CLOSED'`, `'GONE'`, `'UNUSABLE'`. */
  constructor(
    readonly driver: string,
    readonly code: string,
    what: string,
    cause?: unknown,
  ) {
    super(`${driver}: ${what}`, cause === undefined ? undefined : { cause });
  }
}
