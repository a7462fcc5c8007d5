import { RawHeaders } from './raw-headers.js';

/** Response headers as `fetch`, undici, axios or Node's `http` give them. */
export type HeadersLike =
  | { get(name: string): unknown }
  | Readonly<Record<string, string | readonly string[] | number | boolean | null | undefined>>;

/**
 * One header's value, several joined by `, ` (RFC 9110 §5.3); `undefined` when it is absent. The name's case does not
 * matter.
 */
export function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (typeof (headers as { get?: unknown }).get === 'function') {
    const found = text((headers as { get(name: string): unknown }).get(name));
    return found === undefined && headers instanceof Map ? text(namedIn(headers, name)) : found;
  }
  if (Array.isArray(headers)) return new RawHeaders(headers).get(name);
  const plain = headers as Record<string, unknown>;
  const exact = plain[name];
  if (exact !== undefined) return text(exact);
  for (const key in plain) if (key.toLowerCase() === name) return text(plain[key]);
  return undefined;
}

/**
 * Those headers whose name, in lower case, fits a pattern, for a reader of many names that are mostly absent;
 * `undefined` when there is none. Headers that only answer by name are returned as they are.
 */
export function headersLike(given: unknown, pattern: RegExp): unknown {
  if (typeof given !== 'object' || given === null) return undefined;
  const headers = Array.isArray(given) ? new RawHeaders(given) : given;
  const { get, forEach } = headers as { get?: unknown; forEach?: unknown };
  const names = Object.keys(headers);
  const onlyAnswers = typeof get === 'function' && (Object.hasOwn(headers, 'get') || names.length === 0);
  if (onlyAnswers && typeof forEach !== 'function') return headers;
  let found: Map<string, unknown> | undefined;
  const look = (name: string, value: unknown) => {
    const lower = name.toLowerCase();
    if (pattern.test(lower)) (found ??= new Map()).set(lower, value);
  };
  // Those of axios have their names as their own; those of `fetch`, and a map, tell them.
  if (onlyAnswers) (headers as Map<string, unknown>).forEach((value, name) => look(name, value));
  else for (const name of names) look(name, (headers as Record<string, unknown>)[name]);
  return found;
}

/** The names, in lower case, of the headers that fit a pattern. None of those that only answer by name. */
export function namesLike(headers: unknown, pattern: RegExp): readonly string[] {
  const found = headersLike(headers, pattern);
  return found instanceof Map ? [...found.keys()] : [];
}

/** A map keeps names as they were written. */
function namedIn(headers: ReadonlyMap<unknown, unknown>, name: string): unknown {
  for (const [key, value] of headers) if (String(key).toLowerCase() === name) return value;
  return undefined;
}

function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.join(', ') : String(value);
}
