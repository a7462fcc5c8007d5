import type { HeldAnswer } from '../exchange/hold-answer.js';

const FORMAT = 1;

/** Headers that describe the content of an answer, or where it is: they are the same again. */
const REPLAYED = [
  'content-type',
  'content-encoding',
  'content-language',
  'content-disposition',
  'content-location',
  'location',
  'etag',
  'last-modified',
  'link',
];

/** An answer as a repetition of the request gets it. */
export interface StoredRouteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Buffer | undefined;
}

/**
 * The record of a key. `unknown`: a request died or failed, and may have had its effect. `unkept`: it was handled, and
 * its answer was too long to keep.
 */
export type RouteRecord = {
  readonly fingerprint: string;
  /** How many requests have been handled with the key. */
  readonly attempt: number;
} & (
  | { readonly state: 'pending'; readonly owner: string }
  | { readonly state: 'unknown' | 'unkept' }
  | { readonly state: 'answered'; readonly answer: StoredRouteAnswer }
);

type Written = Omit<StoredRouteAnswer, 'body'> & { readonly text?: string; readonly base64?: string };

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function writtenRecord(record: RouteRecord): string {
  if (record.state !== 'answered') return JSON.stringify({ format: FORMAT, ...record });
  return JSON.stringify({ format: FORMAT, ...record, answer: writtenAnswer(record.answer) });
}

/** The record that a text holds; `undefined` for one of another release, or of something else. */
export function readRecord(text: string): RouteRecord | undefined {
  let read: { readonly format?: unknown; readonly state?: unknown; readonly answer?: Written };
  try {
    read = Object(JSON.parse(text)) as typeof read;
  } catch {
    return undefined;
  }
  const { format, ...record } = read;
  if (format !== FORMAT || typeof record.state !== 'string') return undefined;
  return (record.answer === undefined ? record : { ...record, answer: readAnswer(record.answer) }) as RouteRecord;
}

/** The part of an answer that is kept: `more` names headers beside the usual ones. */
export function storedAnswer({ status, headers, body }: HeldAnswer, more: readonly string[]): StoredRouteAnswer {
  const names = [...REPLAYED, ...more.map((name) => name.toLowerCase())];
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const kept = names.flatMap((name) => (given.has(name) ? [[name, headerText(given.get(name))]] : []));
  return { status, headers: Object.fromEntries(kept) as StoredRouteAnswer['headers'], body };
}

function headerText(value: unknown): string | string[] {
  return Array.isArray(value) ? value.map(String) : String(value);
}

function writtenAnswer({ body, ...answer }: StoredRouteAnswer): Written {
  if (body === undefined) return answer;
  const text = utf8Of(body);
  return { ...answer, ...(text === undefined ? { base64: body.toString('base64') } : { text }) };
}

function readAnswer({ text, base64, ...answer }: Written): StoredRouteAnswer {
  if (text !== undefined) return { ...answer, body: Buffer.from(text) };
  return base64 === undefined ? answer : { ...answer, body: Buffer.from(base64, 'base64') };
}

function utf8Of(body: Buffer): string | undefined {
  try {
    return UTF8.decode(body);
  } catch {
    return undefined;
  }
}
