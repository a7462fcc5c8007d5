/**
 * Whether a request's body can be read once only: streams of Node and of the web, iterators, and the `form-data`
 * package's forms.
 */
export function isSingleUseBody(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const { pipe, getReader, getBoundary } = body as Readonly<Record<string, unknown>>;
  if (typeof pipe === 'function' || typeof getReader === 'function' || typeof getBoundary === 'function') return true;
  return Symbol.asyncIterator in body && !('arrayBuffer' in body);
}
