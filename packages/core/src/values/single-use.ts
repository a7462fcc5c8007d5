/**
 * Whether a result can serve one caller only: a response or stream, what holds a stream that is not read yet, or a
 * thing with an identity.
 */
export function isSingleUse(value: unknown): boolean {
  if (typeof value === 'symbol') return true;
  if (typeof value !== 'object' || value === null) return false;
  try {
    return isStream(value) || partsOf(value).some(isUnread);
  } catch {
    // A value that throws when it is looked at is left to the caller.
    return true;
  }
}

/**
 * The parts that a result holds directly, such as the `data` of axios, the `Body` of AWS or the stream in a file of
 * Nest.
 */
function partsOf(value: object): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  if (ArrayBuffer.isView(value)) return [];
  // A response's class may have these two as getters, which are no properties of its own.
  const { body, data } = value as { body?: unknown; data?: unknown };
  return [body, data, ...(Object.values(value) as unknown[])];
}

/**
 * By their shape: a response of any `fetch`, streams of the web and of Node, an Observable, generators and other
 * iterators.
 */
export function isStream(value: object): boolean {
  return 'bodyUsed' in value || typeof (value as { pipe?: unknown }).pipe === 'function' || isIterated(value);
}

/**
 * Whether a part can still be read. Clients leave the response that they have read, and the request, beside the result
 * they made of them: those hold nothing that two readers could take from each other.
 */
function isUnread(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  if ('bodyUsed' in part) return !part.bodyUsed && (part as { body?: unknown }).body !== null;
  const { pipe, readable, subscribe } = part as { pipe?: unknown; readable?: unknown; subscribe?: unknown };
  if (typeof pipe === 'function') return readable === true || typeof subscribe === 'function';
  return isIterated(part);
}

function isIterated(value: object): boolean {
  const { next, releaseLock } = value as { next?: unknown; releaseLock?: unknown };
  return (
    Symbol.asyncIterator in value ||
    typeof releaseLock === 'function' ||
    (typeof next === 'function' && Symbol.iterator in value)
  );
}
