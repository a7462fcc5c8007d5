/** The properties in which results and errors hold an answer, or its body: `fetch` and axios, returned or thrown. */
const HOLDERS = ['response', 'data', 'body', 'cause', 'Body'] as const;
const DEPTH = 3;

/**
 * Cancels the unread body of an answer that is thrown away: it would hold up a connection. A body that was read, or is
 * being read, is left alone. Never throws.
 */
export function discard(result: unknown, depth = 0): void {
  if (typeof result !== 'object' || result === null || depth > DEPTH) return;
  try {
    if (cancelled(result)) return;
    for (const holder of HOLDERS) discard((result as Record<string, unknown>)[holder], depth + 1);
  } catch {
    // An object that cannot be read holds no answer that could be cancelled.
  }
}

/** Whether it is a stream, which is then cancelled unless it is being read. */
function cancelled(result: object): boolean {
  const { getReader, cancel, locked, pipe, destroy } = result as Readonly<Record<string, unknown>>;
  if (typeof getReader === 'function' && typeof cancel === 'function') {
    if (locked !== true) Promise.resolve(cancel.call(result)).catch(() => undefined);
    return true;
  }
  const { readableFlowing } = result as { readableFlowing?: unknown };
  if (typeof pipe !== 'function' || typeof destroy !== 'function') return false;
  if (readableFlowing !== true) destroy.call(result);
  return true;
}
