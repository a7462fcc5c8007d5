import { types } from 'node:util';
import { classNameOf } from './class-name-of.js';
import { onlyHoldsData } from './only-holds-data.js';

/** How what JSON has no word for is written: an object with this key alone, or with `AS` beside it. */
const KIND = '$kind';
const AS = 'as';
/** A property as an assignment makes it. */
const OWN = { configurable: true, enumerable: true, writable: true };

/**
 * A value as JSON from which `restoredValue` makes its equal: plain data, dates, bigints. Instances of classes that
 * only hold data become plain objects. Throws a `TypeError` on what would not be the same again: an instance with
 * methods, a function, a circle.
 */
export function storedValue(value: unknown): unknown {
  return written(value, []);
}

/** The value again. */
export function restoredValue(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null) return stored;
  if (Array.isArray(stored)) return stored.map(restoredValue);
  const { [KIND]: kind, [AS]: as } = stored as Record<string, unknown>;
  switch (kind) {
    case undefined:
      return mapped(stored, restoredValue);
    case 'undefined':
      return undefined;
    case 'number':
      return Number(as);
    case 'bigint':
      return BigInt(as as string);
    case 'date':
      return new Date((as as string | null) ?? Number.NaN);
    default:
      return mapped(as as object, restoredValue);
  }
}

function written(value: unknown, above: readonly unknown[]): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : { [KIND]: 'number', [AS]: String(value) };
    case 'undefined':
      return { [KIND]: 'undefined' };
    case 'bigint':
      return { [KIND]: 'bigint', [AS]: String(value) };
    case 'object':
      return value === null ? null : writtenObject(value, above);
    default:
      throw new TypeError(`a ${typeof value} cannot be kept for replay`);
  }
}

function writtenObject(value: object, above: readonly unknown[]): unknown {
  if (above.includes(value)) throw new TypeError('an object that holds itself cannot be kept for replay');
  const inside = [...above, value];
  const write = (inner: unknown) => written(inner, inside);
  if (isPlainList(value)) return Array.from(value, write);
  if (types.isDate(value)) return { [KIND]: 'date', [AS]: value.toJSON() };
  if (!onlyHoldsData(value)) throw new TypeError(`an instance of ${classNameOf(value)} cannot be kept for replay`);
  const copy = mapped(value, write);
  return KIND in value ? { [KIND]: 'object', [AS]: copy } : copy;
}

/** Undefined fields are left out, as in JSON. */
function mapped(record: object, map: (value: unknown) => unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(record)) {
    const value = (record as Readonly<Record<string, unknown>>)[key];
    if (value === undefined) continue;
    // Assigned, this key would set the prototype of the copy.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: map(value), ...OWN });
    else copy[key] = map(value);
  }
  return copy;
}

/** A list that has nothing beside its items, such as the `count` that clients of databases add. */
function isPlainList(value: object): value is readonly unknown[] {
  return Array.isArray(value) && Object.keys(value).length === value.length;
}
