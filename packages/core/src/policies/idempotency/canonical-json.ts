/**
 * JSON in which the order of an object's keys does not matter, for comparing payloads (after RFC 8785, without its number
 * rules). What JSON cannot hold is left out, as `JSON.stringify` does. Throws a `TypeError` on circular values.
 */
export function canonicalJson(value: unknown): string {
  // The same object has the same copy each time, or JSON.stringify would not see that it goes in a circle.
  const copies = new Map<object, object>();
  const replace = (_key: string, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    if (!isRecord(inner)) return inner;
    const copy = copies.get(inner) ?? sorted(inner);
    copies.set(inner, copy);
    return copy;
  };
  return JSON.stringify(value, replace) ?? 'undefined';
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
