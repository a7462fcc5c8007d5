import { createHash, randomBytes } from 'node:crypto';

/** 128 bits as base64url: fits every provider's limit. */
const LENGTH = 22;

/** The key of a logical operation: the same for the same parts, in every process, for ever. It reveals none of them. */
export function derivedKey(...parts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(['v1', ...parts]))
    .digest('base64url')
    .slice(0, LENGTH);
}

/** A key that nothing else has. */
export function uniqueKey(): string {
  return randomBytes(16).toString('base64url');
}
