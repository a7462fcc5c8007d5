import { asciiBytes } from './ascii-bytes.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(256).fill(-1);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

const EQUALS = 61;

/**
 * Decodes padded, canonical base64 from `start` to `end`, or returns `undefined` for anything else.
 * (`Buffer.from` takes the URL alphabet, blanks, trailing junk and leftover bits.)
 *
 * `into` takes the bytes where it has exactly their number.
 */
export function decodeBase64(text: string, start = 0, end = text.length, into?: Buffer): Buffer | undefined {
  const length = end - start;
  if (length < 4 || length % 4 !== 0) return undefined;
  const ascii = asciiBytes(text);
  if (ascii === undefined) return undefined;
  const padding = ascii[end - 1] !== EQUALS ? 0 : ascii[end - 2] !== EQUALS ? 1 : 2;
  const size = (length / 4) * 3 - padding;
  const bytes = into?.length === size ? into : Buffer.allocUnsafe(size);
  const value = (at: number): number => VALUES[ascii[at] as number] as number;
  const whole = padding === 0 ? end : end - 4;
  let wrong = 0;
  let filled = 0;
  let at = start;
  for (; at < whole; at += 4) {
    const bits = (value(at) << 18) | (value(at + 1) << 12) | (value(at + 2) << 6) | value(at + 3);
    wrong |= bits;
    bytes[filled++] = bits >> 16;
    bytes[filled++] = bits >> 8;
    bytes[filled++] = bits;
  }
  if (padding > 0) {
    const bits = (value(at) << 12) | (value(at + 1) << 6) | (padding === 1 ? value(at + 2) : 0);
    // The bits that stand for no byte are zero in the one canonical spelling.
    wrong |= bits | (bits & (padding === 1 ? 0x3 : 0x3ff) ? -1 : 0);
    bytes[filled++] = bits >> 10;
    if (padding === 1) bytes[filled] = bits >> 2;
  }
  return wrong < 0 ? undefined : bytes;
}
