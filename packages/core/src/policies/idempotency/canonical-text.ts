import { types } from 'node:util';
import { isSingleUse, isStream } from '../../values/single-use.js';
import { classNameOf } from '../../values/class-name-of.js';
import { onlyHoldsData } from '../../values/only-holds-data.js';

/** Classes of the web that give what they hold when they are iterated, and nothing else. */
const WEB_LISTS = new Set(['FormData', 'Headers', 'URLSearchParams']);

/** So many names are sorted by insertion. */
const FEW = 12;

/**
 * Text for comparing payloads: of JSON values it is JSON in which the order of an object's keys does not matter (after
 * RFC 8785, without its number rules). An object with `toJSON` counts as its result; maps, sets, bytes and forms are
 * what they hold. Functions and signals are no part of a payload. Throws a `TypeError` that says what cannot be
 * compared: a circle, a stream, an instance that shows nothing of its content.
 */
export function canonicalText(value: unknown): string {
  return textOf(value, undefined) ?? 'undefined';
}

/** An object and those that hold it: one link for each level, as a list would be copied for each. */
interface Inside {
  readonly value: object;
  readonly above: Inside | undefined;
}

/** `undefined` for what JSON leaves out. */
function textOf(value: unknown, above: Inside | undefined): string | undefined {
  switch (typeof value) {
    case 'number':
      return String(value);
    case 'bigint':
      return JSON.stringify(String(value));
    case 'object':
      return value === null ? 'null' : textOfObject(value, above);
    default:
      return JSON.stringify(value);
  }
}

function textOfObject(value: object, above: Inside | undefined): string | undefined {
  for (let holder = above; holder !== undefined; holder = holder.above) {
    if (holder.value === value) throw new TypeError('an object that holds itself');
  }
  const inside = { value, above };
  if (Array.isArray(value)) return `[${listed(value, inside).join()}]`;
  if (isPlainRecord(value)) return fieldsText(value, Object.keys(value), inside);
  if (ArrayBuffer.isView(value)) return bytesOf(value, value.buffer, value.byteOffset, value.byteLength);
  if (types.isAnyArrayBuffer(value)) return bytesOf(value, value, 0, value.byteLength);
  if (types.isDate(value) && Number.isNaN(value.getTime())) return String(value);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return textOf(toJSON.call(value), inside);
  // Neither a map nor a set is another when its items came in another order.
  if (types.isMap(value) || types.isSet(value)) return `${tagOf(value)}[${listed(value, inside).sort().join()}]`;
  if (types.isRegExp(value)) return `RegExp${JSON.stringify(String(value))}`;
  if (isWebList(value)) return `${tagOf(value)}[${listed(value, inside).join()}]`;
  if (tagOf(value) === 'AbortSignal') return undefined;
  return recordText(value, inside);
}

/** By a loop, which finds the holes of an array as well. */
function listed(items: Iterable<unknown>, inside: Inside): string[] {
  const texts: string[] = [];
  for (const item of items) texts.push(textOf(item, inside) ?? 'null');
  return texts;
}

function recordText(value: object, inside: Inside): string {
  if (isSingleUse(value)) throw new TypeError('a stream or response');
  const names = types.isNativeError(value) ? ['name', 'message', ...Object.keys(value)] : Object.keys(value);
  if (names.length === 0 && !onlyHoldsData(value)) throw new TypeError(`an instance of ${classNameOf(value)}`);
  return fieldsText(value as Readonly<Record<string, unknown>>, names, inside);
}

function fieldsText(record: Readonly<Record<string, unknown>>, names: string[], inside: Inside): string {
  let fields = '';
  for (const name of inOrder(names)) {
    const text = textOf(record[name], inside);
    if (text !== undefined) fields += `${fields === '' ? '' : ','}${JSON.stringify(name)}:${text}`;
  }
  return `{${fields}}`;
}

/** Sorts in place. The general sort allocates a kilobyte, also for the two or three names that most objects have. */
function inOrder(names: string[]): string[] {
  if (names.length > FEW) return names.sort();
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!;
    let at = i;
    for (; at > 0 && names[at - 1]! > name; at--) names[at] = names[at - 1]!;
    names[at] = name;
  }
  return names;
}

/** Most payloads are made of these, and little has to be asked about them. */
function isPlainRecord(value: object): value is Readonly<Record<string, unknown>> {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON !== 'function' && !(Symbol.toStringTag in value) && !isStream(value);
}

function bytesOf(holder: object, buffer: ArrayBufferLike, offset: number, length: number): string {
  return `${tagOf(holder)}"${Buffer.from(buffer, offset, length).toString('base64')}"`;
}

function isWebList(value: object): value is Iterable<unknown> {
  return WEB_LISTS.has(tagOf(value)) && Symbol.iterator in value;
}

/** `'Map'`, `'Uint8Array'`, `'FormData'`: what an object says it is, in whichever realm it was made. */
function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
