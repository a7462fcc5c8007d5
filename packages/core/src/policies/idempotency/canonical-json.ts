/**
 * JSON in which the order of an object's keys does not matter, for comparing payloads (after RFC 8785, without its number
 * rules). What JSON cannot hold is left out, as `JSON.stringify` does. Throws a `TypeError` on circular values.
 */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      isRecord(inner) ? sorted(inner) : typeof inner === 'bigint' ? String(inner) : inner,
    ) ?? 'undefined'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, record[key]]),
  );
}
