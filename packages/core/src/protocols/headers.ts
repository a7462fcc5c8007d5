/** Response headers as `fetch`, undici, axios or Node's `http` give them. */
export type HeadersLike =
  | { get(name: string): unknown }
  | Readonly<Record<string, string | readonly string[] | number | boolean | null | undefined>>;

/** One header's value, several joined by `, ` (RFC 9110 §5.3); `undefined` when it is absent. The name's case does not matter. */
export function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (typeof (headers as { get?: unknown }).get === 'function')
    return text((headers as { get(name: string): unknown }).get(name));
  const plain = headers as Record<string, unknown>;
  const exact = plain[name];
  if (exact !== undefined) return text(exact);
  for (const key in plain) if (key.toLowerCase() === name) return text(plain[key]);
  return undefined;
}

/** The same headers for one who asks for many names: each is found at once. */
export function indexedHeaders(headers: unknown): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (typeof (headers as { get?: unknown }).get === 'function') return headers;
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value as unknown]));
}

function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.join(', ') : String(value);
}
