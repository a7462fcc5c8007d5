const DECODER = new TextDecoder('utf-8', { fatal: true });

/** The body as JSON, or `undefined` where it is none (or not UTF-8). */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(DECODER.decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** The text at a path such as `['signature', 'token']`: a non-empty string, or a whole number written out. */
export function textAt(json: unknown, path: readonly string[]): string | undefined {
  let value = json;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  if (typeof value === 'string') return value === '' ? undefined : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}
