import { createHash } from 'node:crypto';

/**
 * Longer texts are kept as their SHA-256: a cache of a thousand answers should not hold a thousand documents that were
 * asked about.
 */
const LONGEST_KEPT = 1024;

/**
 * Text that stands for another, and is never long. No two texts have the same, as the first character tells a text from
 * a digest.
 */
export function shortId(text: string): string {
  if (text.length <= LONGEST_KEPT) return `=${text}`;
  // UTF-8 would make one of all halves of surrogate pairs.
  return `#${createHash('sha256').update(text, 'utf16le').digest('base64url')}`;
}
