import { hash, randomFillSync } from 'node:crypto';

/** 128 bits as base64url: fits every provider's limit. */
const LENGTH = 22;
const KEY_BYTES = 16;
/** Random bytes for many keys: to ask for each alone costs ten times as much. */
const RANDOM = Buffer.alloc(256 * KEY_BYTES);
let used = RANDOM.length;

/** The key of a logical operation: the same for the same parts, in every process, for ever. It reveals none of them. */
export function derivedKey(...parts: readonly string[]): string {
  return digest(JSON.stringify(['v1', ...parts]));
}

/** Tells a text from others, and does not reveal it. */
export function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, LENGTH);
}

/** A key that nothing else has. */
export function uniqueKey(): string {
  if (used === RANDOM.length) {
    randomFillSync(RANDOM);
    used = 0;
  }
  return RANDOM.toString('base64url', used, (used += KEY_BYTES));
}
