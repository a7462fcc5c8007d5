import type { WebhookRequest } from '../contract/webhook-request.js';

/**
 * The request with its headers in a plain object. Plain JavaScript may also give a `Headers`, a `Map` or Node's
 * `rawHeaders`, where looking up a name would find nothing.
 */
export function plainRequest(request: WebhookRequest): WebhookRequest {
  const headers: unknown = request.headers;
  if (typeof headers !== 'object' || headers === null) return { ...request, headers: {} };
  if (Array.isArray(headers)) return { ...request, headers: grouped(pairs(headers)) };
  const prototype: unknown = Object.getPrototypeOf(headers);
  if (prototype === Object.prototype || prototype === null || !(Symbol.iterator in headers)) return request;
  return { ...request, headers: grouped(headers as Iterable<unknown>) };
}

/** Names and values in turn, as in `rawHeaders`. */
function* pairs(list: readonly unknown[]): Iterable<unknown> {
  for (let at = 0; at + 1 < list.length; at += 2) yield [list[at], list[at + 1]];
}

/** A header that comes twice has a list, and is refused where it matters. */
function grouped(entries: Iterable<unknown>): Record<string, readonly string[]> {
  const headers = Object.create(null) as Record<string, string[]>;
  for (const entry of entries) {
    const [name, value] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
    if (typeof name !== 'string') continue;
    for (const each of [value].flat()) if (typeof each === 'string') (headers[name.toLowerCase()] ??= []).push(each);
  }
  return headers;
}
