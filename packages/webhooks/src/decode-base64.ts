const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

const EQUALS = 61;

/**
 * Decodes padded, canonical base64 from `start` to `end`, or gives `undefined` for anything else.
 * (`Buffer.from` takes the URL alphabet, blanks, trailing junk and leftover bits.)
 *
 * `into` takes the bytes where it has exactly their number.
 */
export function decodeBase64(text: string, start = 0, end = text.length, into?: Buffer): Buffer | undefined {
  const length = end - start;
  if (length < 4 || length % 4 !== 0) return undefined;
  const padding = text.charCodeAt(end - 1) !== EQUALS ? 0 : text.charCodeAt(end - 2) !== EQUALS ? 1 : 2;
  const size = (length / 4) * 3 - padding;
  const bytes = into?.length === size ? into : Buffer.allocUnsafe(size);
  const last = end - padding;
  let wrong = 0;
  let bits = 0;
  let pending = 0;
  let filled = 0;
  for (let at = start; at < last; at++) {
    const code = text.charCodeAt(at);
    const value = VALUES[code & 127] as number;
    wrong |= value | (127 - code);
    bits = ((bits << 6) | value) & 0xffff;
    pending += 6;
    if (pending >= 8) {
      pending -= 8;
      bytes[filled++] = bits >> pending;
    }
  }
  const leftover = bits & ((1 << pending) - 1);
  return wrong < 0 || leftover !== 0 ? undefined : bytes;
}
