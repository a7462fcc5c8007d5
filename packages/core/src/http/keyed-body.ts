import type { CarriedKey } from '../engine/requests/carried-key.js';
import { isPlain } from '../values/is-plain.js';

/** A JSON body that is to carry a key. */
export interface KeyedBody<Body> {
  readonly body: Body;
  /** Whether the key stands in it: a value of the caller's own wins, unless the settings say `replace`. */
  readonly carriesKey: boolean;
}

/** JSON text with the call's key in its fields; `undefined` where the text is no JSON object. */
export function keyedText(text: unknown, key: CarriedKey): KeyedBody<string> | undefined {
  if (typeof text !== 'string') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const keyed = keyedRecord(parsed, key);
  return keyed && { ...keyed, body: JSON.stringify(keyed.body) };
}

/** A copy of a plain object with the call's key in its fields; `undefined` for anything else. */
export function keyedRecord(record: unknown, key: CarriedKey): KeyedBody<Record<string, unknown>> | undefined {
  if (!isPlain(record)) return undefined;
  let keyed: KeyedBody<Record<string, unknown>> = { body: record, carriesKey: true };
  for (const path of key.fields) {
    const { body, carriesKey } = placed(keyed.body, path, key);
    keyed = { body, carriesKey: carriesKey && keyed.carriesKey };
  }
  return keyed;
}

function placed(
  record: Record<string, unknown>,
  [name, ...rest]: readonly string[],
  key: CarriedKey,
): KeyedBody<Record<string, unknown>> {
  const standing = record[name!];
  if (rest.length > 0) {
    // There is no room for the field in anything but an object.
    if (standing !== undefined && standing !== null && !isPlain(standing)) return { body: record, carriesKey: false };
    const inner = placed(isPlain(standing) ? standing : {}, rest, key);
    return { body: { ...record, [name!]: inner.body }, carriesKey: inner.carriesKey };
  }
  const isFree = standing === undefined || standing === null || key.replace === true;
  if (!isFree) return { body: record, carriesKey: standing === key.value };
  return { body: { ...record, [name!]: key.value }, carriesKey: true };
}
