import { parseMultipart } from './parse-multipart.js';

/** The text fields of a form, in order. */
export class FormFields {
  readonly #entries: readonly (readonly [string, string])[];

  constructor(entries: readonly (readonly [string, string])[]) {
    this.#entries = entries;
  }

  /** The value of a field, or `undefined` where it is absent or occurs twice. */
  get(name: string): string | undefined {
    let found: string | undefined;
    for (const [known, value] of this.#entries) {
      if (known !== name) continue;
      if (found !== undefined) return undefined;
      found = value;
    }
    return found;
  }

  /** Names in order, each followed by its values in order; a value that comes twice counts once. */
  sorted(): string {
    const values = new Map<string, Set<string>>();
    for (const [name, value] of this.#entries) {
      const known = values.get(name);
      if (known === undefined) values.set(name, new Set([value]));
      else known.add(value);
    }
    let text = '';
    for (const name of [...values.keys()].sort()) {
      for (const value of [...(values.get(name) ?? [])].sort()) text += name + value;
    }
    return text;
  }
}

const NO_FIELDS = new FormFields([]);
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The fields of a urlencoded or multipart body. A body of another type has none; one without a type is taken as urlencoded
 * unless it looks like JSON.
 */
export function formFields(body: Uint8Array, contentType: string | undefined): FormFields {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'multipart/form-data') {
    const entries = parseMultipart(body, contentType ?? '');
    return entries === undefined ? NO_FIELDS : new FormFields(entries);
  }
  const urlencoded = type === undefined ? !looksLikeJson(body) : type === 'application/x-www-form-urlencoded';
  if (!urlencoded) return NO_FIELDS;
  try {
    return new FormFields([...new URLSearchParams(DECODER.decode(body))]);
  } catch {
    return NO_FIELDS;
  }
}

function looksLikeJson(body: Uint8Array): boolean {
  const first = body.find((byte) => byte > 32);
  return first === 0x7b || first === 0x5b;
}
