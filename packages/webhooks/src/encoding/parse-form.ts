import { parseMultipart, type FormEntry, type FormFile } from './parse-multipart.js';

/** The values of a form by name. A name that occurs more than once has a list. */
export type Form = Readonly<Record<string, string | FormFile | readonly (string | FormFile)[]>>;

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The fields and files of a urlencoded or multipart body, or `undefined` where it is none, or malformed.
 *
 * `contentType` is the whole header, since it holds the boundary; a body without one is taken as urlencoded unless it
 * looks like JSON.
 */
export function parseForm(body: Uint8Array, contentType?: string): Form | undefined {
  const entries = formEntries(body, contentType);
  if (entries === undefined) return undefined;
  const form = Object.create(null) as Record<string, string | FormFile | (string | FormFile)[]>;
  for (const [name, value] of entries) {
    const known = form[name];
    if (known === undefined) form[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else form[name] = [known, value];
  }
  return form;
}

/** The same in order, with names that repeat. */
export function formEntries(body: Uint8Array, contentType: string | undefined): readonly FormEntry[] | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'multipart/form-data') return parseMultipart(body, contentType ?? '');
  const urlencoded = type === undefined ? !looksLikeJson(body) : type === 'application/x-www-form-urlencoded';
  if (!urlencoded) return undefined;
  try {
    return [...new URLSearchParams(DECODER.decode(body))];
  } catch {
    return undefined;
  }
}

function looksLikeJson(body: Uint8Array): boolean {
  const first = body.find((byte) => byte > 32);
  return first === 0x7b || first === 0x5b;
}
