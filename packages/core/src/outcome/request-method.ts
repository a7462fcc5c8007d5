const READS = new Set(['GET', 'HEAD']);
const SAFE = new Set([...READS, 'OPTIONS', 'TRACE']);
const REPEATABLE = new Set([...SAFE, 'PUT', 'DELETE']);

/** Whether an HTTP method, in upper case, asks for what is there: answers to it may be kept. */
export function isRead(method: string): boolean {
  return READS.has(method);
}

/** Whether it changes nothing, so that no key is needed to repeat it (RFC 9110 §9.2.1). */
export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

/** Whether its requests may be repeated (RFC 9110 §9.2.2), in any case; `undefined` when the method is not known. */
export function isRepeatable(method: string | undefined): boolean | undefined {
  return method === undefined ? undefined : REPEATABLE.has(method.toUpperCase());
}
