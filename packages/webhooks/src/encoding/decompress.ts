import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

/** No webhook is longer; a few kilobytes of zip bomb would become gigabytes. */
const LONGEST = 32 * 1024 * 1024;

/** The body before its content-encoding, or as it is where there is none; `undefined` where it cannot be undone. */
export function decompress(body: Uint8Array, encoding: string | undefined): Uint8Array | undefined {
  const limit = { maxOutputLength: LONGEST };
  try {
    switch (encoding?.trim().toLowerCase()) {
      case undefined:
      case '':
      case 'identity':
        return body;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, limit);
      case 'deflate':
        return inflateSync(body, limit);
      case 'br':
        return brotliDecompressSync(body, limit);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
