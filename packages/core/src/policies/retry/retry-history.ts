/** How an operation went that was tried more than once. */
export interface RetryHistory {
  readonly attempts: number;
  readonly elapsedMs: number;
}

const histories = new WeakMap<object, { readonly history: RetryHistory; readonly endedAt: number }>();

/**
 * Notes how often the operation was tried that began at `startedAt` and ended with this error. The error itself is not
 * touched: it may be frozen. Where an operation was tried once, what one within it has noted stands, and what an
 * earlier one with the same error has does not.
 */
export function noteRetries(error: unknown, history: RetryHistory, startedAt: number): void {
  if (typeof error !== 'object' || error === null) return;
  if (history.attempts > 1) histories.set(error, { history, endedAt: startedAt + history.elapsedMs });
  else if ((histories.get(error)?.endedAt ?? Infinity) < startedAt) histories.delete(error);
}

/** How far the chain of causes is followed. */
const DEPTH = 5;

/** Whether a retry has ended in vain between two times, with this error or with one of its causes. */
export function wasRetriedWithin(error: unknown, from: number, to: number): boolean {
  let cause = error;
  for (let depth = 0; depth < DEPTH && typeof cause === 'object' && cause !== null; depth++) {
    const { endedAt = Infinity } = histories.get(cause) ?? {};
    if (endedAt >= from && endedAt <= to) return true;
    cause = causeOf(cause);
  }
  return false;
}

function causeOf(error: object): unknown {
  try {
    return (error as { readonly cause?: unknown }).cause;
  } catch {
    return undefined;
  }
}

/**
 * How often an operation was tried before this error surfaced, and how long that took; `undefined` when it was not
 * retried.
 */
export function retryHistory(error: unknown): RetryHistory | undefined {
  return histories.get(error as object)?.history;
}
