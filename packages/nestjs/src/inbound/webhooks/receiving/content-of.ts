import type { Acceptance } from '@breakwater/webhooks';
import { formOf } from './form-of.js';
import { charsetOf, isJson, mediaType } from './media-type.js';

/**
 * The content of a verified body. The document that was parsed to verify it is not parsed again; it may stand in the
 * field of a form. Some senders declare their JSON as plain text, so it is recognised by itself too.
 */
export function contentOf(accepted: Acceptance, bytes: Buffer, contentType: string | undefined): unknown {
  const form = formOf(bytes, contentType);
  if (form !== undefined) return documentIn(accepted) ?? form;
  const text = decoded(bytes, charsetOf(contentType));
  if (text === undefined) return bytes;
  if (!isJson(mediaType(contentType)) && !/^\s*[[{]/.test(text)) return text;
  const document = accepted.document();
  return document === undefined ? text : document;
}

/**
 * The JSON that a sender puts into a field of its forms. Without one, the document is the form itself, without a
 * prototype.
 */
function documentIn(accepted: Acceptance): object | undefined {
  const document = accepted.document();
  const isJson = typeof document === 'object' && document !== null && Object.getPrototypeOf(document) !== null;
  return isJson ? document : undefined;
}

function decoded(bytes: Buffer, charset = 'utf-8'): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
