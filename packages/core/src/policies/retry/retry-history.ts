/** How an operation went that was tried more than once. */
export interface RetryHistory {
  readonly attempts: number;
  readonly elapsedMs: number;
}

const histories = new WeakMap<object, RetryHistory>();

/** Notes how often the operation was tried that ended with this error. The error itself is not touched: it may be frozen. */
export function noteRetries(error: unknown, history: RetryHistory): void {
  if (typeof error === 'object' && error !== null) histories.set(error, history);
}

/** How often an operation was tried before this error surfaced, and how long that took; `undefined` when it was not retried. */
export function retryHistory(error: unknown): RetryHistory | undefined {
  return histories.get(error as object);
}
