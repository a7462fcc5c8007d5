import { types } from 'node:util';
import { messageOf, settings } from '@breakwater/core/adapter';

/**
 * The payload of a job as JSON. Throws a `TypeError` that names the place where JSON has no form for a value, or would
 * silently make another of it: `NaN` becomes `null`, and a `Map` or a promise `{}`. `undefined` is left out.
 */
export function payloadText(payload: unknown, job: string): string {
  let lost: Loss | undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(payload);
    lost = text === undefined ? { path: [], value: payload } : lossIn(payload);
  } catch (error) {
    // The walk itself may end by an error: a getter throws, or there are too many levels.
    lost = lossWithin(payload);
    if (lost === undefined)
      throw new TypeError(`the payload of '${job}' is no JSON: ${messageOf(error)}`, { cause: error });
  }
  if (lost === undefined) return text!;
  const place = ['payload', ...lost.path.map((key) => settings.shownUserName(key))].join('.');
  throw new TypeError(`the payload of '${job}' is no JSON: ${place}: ${shown(lost.value)} given; expected plain data`);
}

/** A value that JSON does not keep, and the keys that lead to it. */
interface Loss {
  readonly path: readonly string[];
  readonly value: unknown;
}

function lossWithin(payload: unknown): Loss | undefined {
  try {
    return lossIn(payload, new Set());
  } catch {
    return undefined;
  }
}

/** `above` holds the objects on the way to the value, where it is not known that there is no circle. */
function lossIn(value: unknown, above?: Set<unknown>): Loss | undefined {
  if (typeof value !== 'object') return isKept(value) ? undefined : { path: [], value };
  // An object that has a JSON of its own says what is kept of it.
  if (value === null || typeof (value as { toJSON?: unknown }).toJSON === 'function') return undefined;
  if (above?.has(value) === true || isHollow(value)) return { path: [], value };
  above?.add(value);
  for (const key of Object.keys(value)) {
    const loss = lossIn((value as Record<string, unknown>)[key], above);
    if (loss !== undefined) return { path: [key, ...loss.path], value: loss.value };
  }
  above?.delete(value);
  return undefined;
}

function isKept(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'string' || typeof value === 'boolean' || value === undefined;
}

/** Whether an object has its content elsewhere than in properties. */
function isHollow(value: object): boolean {
  return (
    types.isMap(value) ||
    types.isSet(value) ||
    types.isPromise(value) ||
    types.isNativeError(value) ||
    types.isRegExp(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value)
  );
}

function shown(value: unknown): string {
  // Neither is what it prints as: a circle is an object, and a number may be a secret.
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object' && value !== null && !isHollow(value)) return 'an object that holds itself';
  return settings.printed(value);
}
