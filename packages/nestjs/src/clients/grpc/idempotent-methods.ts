/** The part of a loaded `.proto` that says what its methods may do (`option idempotency_level`). */
type Definition = Readonly<Record<string, unknown>>;

/**
 * Methods that may be repeated: names (`'GetStock'`), paths (`'/shop.Inventory/GetStock'`), or a `.proto` as
 * `@grpc/proto-loader` loads it, where methods say so by `option idempotency_level`.
 */
export type IdempotentMethods = readonly string[] | Definition;

/** Whether a path is that of a method that may be repeated. */
export function idempotentPaths(given: IdempotentMethods = []): (path: string) => boolean {
  const named = new Set(isList(given) ? given : Object.values(given).flatMap(idempotentIn));
  return (path) => named.has(path) || named.has(path.slice(path.lastIndexOf('/') + 1));
}

/** The paths of a service's idempotent methods; of what is no service, none. */
function idempotentIn(service: unknown): readonly string[] {
  return Object.values(Object(service) as Record<string, unknown>).flatMap((method) => {
    const { path, options } = Object(method) as { path?: unknown; options?: { idempotency_level?: unknown } };
    const level = options?.idempotency_level;
    const isIdempotent = level === 'NO_SIDE_EFFECTS' || level === 'IDEMPOTENT';
    return typeof path === 'string' && isIdempotent ? [path] : [];
  });
}

function isList(given: IdempotentMethods): given is readonly string[] {
  return Array.isArray(given);
}
