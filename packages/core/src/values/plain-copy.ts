import { isPlain } from './is-plain.js';

/**
 * A copy of plain data that its receiver may change. Values that are more than data, such as a function or an instance
 * of a class, are not copied.
 */
export function plainCopy<T>(value: T): T {
  return copied(value, new Map()) as T;
}

/** `copies` holds what was copied already: data may go in a circle. */
function copied(value: unknown, copies: Map<unknown, unknown>): unknown {
  if (!Array.isArray(value) && !isPlain(value)) return value;
  const standing = copies.get(value);
  if (standing !== undefined) return standing;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  copies.set(value, copy);
  for (const [name, inner] of Object.entries(copy)) copy[name] = copied(inner, copies);
  return copy;
}
