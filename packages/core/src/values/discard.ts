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

/**
 * Cancels the unread body of an answer that comes too late for its caller, as clients return or throw it. Anything else
 * is left alone: a connection, for example, may be in use elsewhere.
 */
export function discardAnswer(late: unknown): void {
  for (const answer of [late, partOf(late, 'response')]) if (isAnswer(answer)) discard(answer);
}

function isAnswer(value: unknown): boolean {
  const status = partOf(value, 'status') ?? partOf(value, 'statusCode');
  if (typeof status === 'number') return typeof partOf(value, 'headers') === 'object';
  return typeof partOf(value, '$metadata') === 'object';
}

function partOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return (value as Record<string, unknown>)[name];
  } catch {
    return undefined;
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
