import type { SecretVersion } from './secret-source.js';

type Value = Pick<SecretVersion, 'value' | 'fields'>;

/** The text of a secret or of one of its parts; `undefined` where it has no such part, or an empty one. */
export function valueOf({ value, fields }: Value, field: string | undefined): string | undefined {
  const text = field === undefined ? value : (fields ?? fieldsOf(value))[field];
  return text === '' ? undefined : text;
}

/** The parts of a secret that is a JSON object. A part that is no text is its JSON. */
export function fieldsOf(value: string): Readonly<Record<string, string>> {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null ? textFields(parsed) : {};
  } catch {
    // The parser's message quotes what it could not read.
    return {};
  }
}

/** The properties of an object, each as text. */
export function textFields(object: object): Readonly<Record<string, string>> {
  const texts = Object.entries(object).map(([name, part]: [string, unknown]) => [
    name,
    typeof part === 'string' ? part : JSON.stringify(part),
  ]);
  // Without a prototype: `name#constructor` is no part.
  return Object.assign(Object.create(null) as object, Object.fromEntries(texts)) as Record<string, string>;
}
