import { asciiBytes } from './ascii-bytes.js';

const DIGITS = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  const lower = digit.toString(16);
  DIGITS[lower.charCodeAt(0)] = digit;
  DIGITS[lower.toUpperCase().charCodeAt(0)] = digit;
}

/**
 * Decodes all of `text` from `start` to `end`, or returns `undefined` unless every character is a hex digit of a whole
 * byte. (`Buffer.from` drops an odd digit, stops at junk, and reads only the low byte of a wide character.)
 *
 * `into` takes the bytes where it has exactly their number.
 */
export function decodeHex(text: string, start = 0, end = text.length, into?: Buffer): Buffer | undefined {
  const size = (end - start) / 2;
  if (!Number.isInteger(size) || size <= 0) return undefined;
  const ascii = asciiBytes(text);
  if (ascii === undefined) return undefined;
  const bytes = into?.length === size ? into : Buffer.allocUnsafe(size);
  let wrong = 0;
  for (let i = 0, at = start; i < size; i++, at += 2) {
    const value = ((DIGITS[ascii[at] as number] as number) << 4) | (DIGITS[ascii[at + 1] as number] as number);
    wrong |= value;
    bytes[i] = value;
  }
  return wrong < 0 ? undefined : bytes;
}
