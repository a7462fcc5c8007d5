import { readSafely } from './error-chain.js';

/** How deep parts of an error are copied: the error, its response, and the headers of that. */
const DEPTH = 3;

/**
 * The result of `read` for an error. Where a part of the error throws when it is read, `read` is given a copy of all
 * that does not: a getter that fails must not hide a status that stands beside it.
 */
export function readLegible<T>(error: object, read: (error: object) => T): T | undefined {
  try {
    return read(error);
  } catch {
    return readSafely(() => read(legibleCopy(error, DEPTH)));
  }
}

function legibleCopy(value: object, depth: number): object {
  if ('get' in value && typeof value.get === 'function') {
    const { get } = value as { get(name: string): unknown };
    return { get: (name: string) => readSafely(() => get.call(value, name)) };
  }
  const copy: Record<string, unknown> = {};
  for (const name of namesOf(value)) {
    const part = readSafely(() => (value as Record<string, unknown>)[name]);
    const isCopied = depth > 1 && typeof part === 'object' && part !== null && !Array.isArray(part);
    copy[name] = isCopied ? readSafely(() => legibleCopy(part, depth - 1)) : part;
  }
  return copy;
}

/** Its own names, and those of its classes' getters. */
function namesOf(value: object): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at: object | null = value; at !== null && at !== Object.prototype; at = Reflect.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return names;
}
