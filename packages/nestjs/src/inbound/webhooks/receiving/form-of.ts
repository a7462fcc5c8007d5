import { parseForm, type Form } from '@breakwater/webhooks';
import { mediaType } from './media-type.js';

const FORMS = new Set(['application/x-www-form-urlencoded', 'multipart/form-data']);

/** The fields and files of a form; `undefined` for a body that does not say that it is one, or is malformed. */
export function formOf(bytes: Buffer, contentType: string | undefined): Form | undefined {
  if (!FORMS.has(mediaType(contentType))) return undefined;
  const form = parseForm(bytes, contentType);
  return form && { ...form };
}
