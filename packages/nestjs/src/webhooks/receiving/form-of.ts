import { mediaType } from './media-type.js';

/** The fields of a form; `undefined` for a body that is none. A field that occurs several times becomes a list. */
export function formOf(bytes: Buffer, contentType: string | undefined): Record<string, unknown> | undefined {
  if (mediaType(contentType) !== 'application/x-www-form-urlencoded') return undefined;
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(bytes.toString())) {
    const standing = fields.get(name);
    fields.set(name, standing === undefined ? value : [standing, value].flat());
  }
  return Object.fromEntries(fields);
}
