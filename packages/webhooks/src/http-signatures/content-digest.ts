import { createHash, timingSafeEqual } from 'node:crypto';
import { parseDictionary } from './structured-dictionary.js';

const HASHES: Readonly<Record<string, string>> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };

/** Whether a `Content-Digest` (RFC 9530) is that of the body: at least one known digest, and none that differs. */
export function fitsContentDigest(header: string, body: Uint8Array): boolean {
  let known = 0;
  for (const [name, { bare }] of parseDictionary(header) ?? []) {
    const hash = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
    if (hash === undefined) continue;
    const given = bare?.value;
    const actual = createHash(hash).update(body).digest();
    if (!Buffer.isBuffer(given) || given.length !== actual.length || !timingSafeEqual(given, actual)) return false;
    known++;
  }
  return known > 0;
}

/** The header for a body. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}
