import { PayloadTooLargeException } from '@nestjs/common';
import { readStream } from './read-stream.js';
import { undoEncoding } from './undo-encoding.js';
import type { WebhookExchange } from './webhook-exchange.js';

/**
 * The body as it was received; `undefined` where something else has read it and kept only what it understood. Reads the stream
 * where nobody has: Nest keeps the bytes of JSON and of forms alone. Throws a `PayloadTooLargeException` beyond `maxBytes`.
 */
export async function rawBytes({ request, raw }: WebhookExchange, maxBytes: number): Promise<Buffer | undefined> {
  const kept = [request.rawBody, raw.rawBody, request.body].find((body) => body instanceof Uint8Array);
  if (kept !== undefined) return within(maxBytes, asBuffer(kept as Uint8Array));
  if (raw.readableDidRead || raw.readableEnded) return undefined;
  return undoEncoding(await readStream(raw, maxBytes), raw.headers['content-encoding'], maxBytes);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function within(maxBytes: number, bytes: Buffer): Buffer {
  if (bytes.length > maxBytes) throw new PayloadTooLargeException();
  return bytes;
}
