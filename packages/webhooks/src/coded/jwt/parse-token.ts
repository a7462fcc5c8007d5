import { reject, type Rejection } from '../../contract/verification.js';
import { decodeBase64Url } from '../../encoding/decode-base64url.js';
import { parseJson } from '../../encoding/json-path.js';

/** A signed token in three parts (RFC 7515 §7.1), its signature not yet looked at. */
export interface Token {
  readonly header: Claims;
  /** Empty in a detached token. */
  readonly payload: Buffer;
  /** The first part, as it was written. */
  readonly protectedText: string;
  /** The first two parts, which are signed. */
  readonly text: string;
  readonly signature: Buffer;
}

export type Claims = Readonly<Record<string, unknown>>;

const LONGEST_TOKEN = 8192;

/** Takes a token apart, by its form alone. */
export function parseToken(text: string, detached: boolean): Token | Rejection {
  if (text.length > LONGEST_TOKEN) return reject('malformed', 'the token is too long');
  const [first = '', second = '', third = '', ...more] = text.split('.');
  const header = claimsOf(decodeBase64Url(first));
  const payload = detached && second === '' ? Buffer.alloc(0) : decodeBase64Url(second);
  const signature = decodeBase64Url(third);
  if (more.length > 0 || header === undefined || payload === undefined || signature === undefined) {
    return reject('malformed', 'the header is no signed token');
  }
  return { header, payload, protectedText: first, text: text.slice(0, text.lastIndexOf('.')), signature };
}

/** A JSON object, without the properties that every object has. */
export function claimsOf(bytes: Buffer | undefined): Claims | undefined {
  const json = bytes === undefined ? undefined : parseJson(bytes);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return Object.assign(Object.create(null) as Record<string, unknown>, json);
}
