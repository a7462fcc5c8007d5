/** Where clients put the stream of a response: fetch, undici and axios. */
const STREAM_PLACES = ['body', 'data'] as const;

/** Whether a result can serve one caller only: a response or stream whose content is gone once it was read, or a thing with an identity. */
export function isSingleUse(value: unknown): boolean {
  if (typeof value === 'symbol') return true;
  if (typeof value !== 'object' || value === null) return false;
  try {
    return isStream(value) || STREAM_PLACES.some((place) => isStream((value as Record<string, unknown>)[place]));
  } catch {
    // What does not even let itself be looked at is left to whoever asked for it.
    return true;
  }
}

/** By their shape: a response of any `fetch`, streams of the web and of Node, an Observable, generators and other iterators. */
function isStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { pipe, next } = value as { pipe?: unknown; next?: unknown };
  return (
    'bodyUsed' in value ||
    Symbol.asyncIterator in value ||
    typeof pipe === 'function' ||
    (typeof next === 'function' && Symbol.iterator in value)
  );
}
