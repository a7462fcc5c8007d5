import { verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto';

/** Whether a signature by a public key holds. A signature of the wrong shape does not; nothing is thrown. */
export function verifies(
  hash: string | null,
  data: Uint8Array,
  key: KeyObject | VerifyKeyObjectInput,
  signature: Uint8Array,
): boolean {
  try {
    return verify(hash, data, key, signature);
  } catch {
    return false;
  }
}
