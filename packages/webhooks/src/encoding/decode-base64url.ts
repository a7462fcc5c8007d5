import { asciiBytes } from './ascii-bytes.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Int8Array(256).fill(-1);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

const EQUALS = 61;

/** A part of a text, and where its bytes may go. */
export interface Base64UrlPart {
  readonly start?: number;
  readonly end?: number;
  /** Padding may stand where it belongs. Tokens have none, some senders write it elsewhere. */
  readonly padded?: boolean;
  /** Takes the bytes where it has exactly their number. */
  readonly into?: Buffer | undefined;
}

/** Decodes canonical base64 of the URL alphabet (RFC 7515 §2), or returns `undefined` for anything else. */
export function decodeBase64Url(
  text: string,
  { start = 0, end = text.length, padded = false, into }: Base64UrlPart = {},
): Buffer | undefined {
  const ascii = asciiBytes(text);
  if (ascii === undefined) return undefined;
  let last = end;
  if (padded && (end - start) % 4 === 0) while (last > end - 2 && last > start && ascii[last - 1] === EQUALS) last--;
  const rest = (last - start) % 4;
  if (last === start || rest === 1) return undefined;
  const size = Math.floor(((last - start) * 3) / 4);
  const bytes = into?.length === size ? into : Buffer.allocUnsafe(size);
  const value = (at: number): number => VALUES[ascii[at] as number] as number;
  let wrong = 0;
  let filled = 0;
  let at = start;
  for (; at < last - rest; at += 4) {
    const bits = (value(at) << 18) | (value(at + 1) << 12) | (value(at + 2) << 6) | value(at + 3);
    wrong |= bits;
    bytes[filled++] = bits >> 16;
    bytes[filled++] = bits >> 8;
    bytes[filled++] = bits;
  }
  if (rest > 0) {
    const bits = (value(at) << 12) | (value(at + 1) << 6) | (rest === 3 ? value(at + 2) : 0);
    // The bits that stand for no byte are zero in the one canonical spelling.
    wrong |= bits | (bits & (rest === 3 ? 0x3 : 0x3ff) ? -1 : 0);
    bytes[filled++] = bits >> 10;
    if (rest === 3) bytes[filled] = bits >> 2;
  }
  return wrong < 0 ? undefined : bytes;
}
