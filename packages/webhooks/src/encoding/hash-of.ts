import { createHash } from 'node:crypto';

/** SHA-256 of some bytes: hashed first, values of any length compare in constant time. */
export function hashOf(bytes: Uint8Array | string): Buffer {
  return createHash('sha256').update(bytes).digest();
}
