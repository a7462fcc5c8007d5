import type { IncomingHttpHeaders } from 'node:http';
import { charsetOf, isJson, mediaType } from './media-type.js';

/** Written by decoders in place of bytes that they do not understand. */
const REPLACEMENT = '\ufffd';

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  'us-ascii': 'utf8',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
};

/**
 * The bytes of a body that a parser made text of, where they are certain: nothing was replaced, and they are as many as
 * were sent. Otherwise `undefined`. A value that a JSON parser read is no text of a body, though it may be a string.
 */
export function bytesOfText(text: unknown, headers: IncomingHttpHeaders): Buffer | undefined {
  if (typeof text !== 'string' || text.includes(REPLACEMENT)) return undefined;
  const type = headers['content-type'];
  const encoding = ENCODINGS[charsetOf(type) ?? 'utf-8'];
  if (encoding === undefined) return undefined;
  const bytes = Buffer.from(text, encoding);
  const sent = headers['content-encoding'] === undefined ? headers['content-length'] : undefined;
  if (sent !== undefined) return Number(sent) === bytes.length ? bytes : undefined;
  return isJson(mediaType(type)) && !/^\s*[[{]/.test(text) ? undefined : bytes;
}
