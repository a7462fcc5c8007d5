import { PayloadTooLargeException } from '@nestjs/common';
import { readStream } from './read-stream.js';
import { bytesOfText } from './bytes-of-text.js';
import { undoEncoding } from './undo-encoding.js';
import type { WebhookExchange } from './webhook-exchange.js';

export interface RawBytes {
  /** The body as the sender wrote it, before it was compressed for the way. */
  readonly bytes: Buffer;
  /** The body as it came over the wire, where that is another: a few senders sign it. */
  readonly compressed?: Buffer;
}

/**
 * The body as it was received; `undefined` where a parser has read it and kept only what it understood. Reads the
 * stream where no parser has. Throws a `PayloadTooLargeException` beyond `maxBytes`.
 */
export async function rawBytes({ request, raw }: WebhookExchange, maxBytes: number): Promise<RawBytes | undefined> {
  const kept = [request.rawBody, raw.rawBody, request.body];
  const buffer = kept.find((body) => body instanceof Uint8Array);
  if (buffer !== undefined) return { bytes: within(maxBytes, asBuffer(buffer as Uint8Array)) };
  if (raw.readableDidRead || raw.readableEnded || kept.some((body) => typeof body === 'string')) {
    const text = kept.map((body) => bytesOfText(body, raw.headers)).find((bytes) => bytes !== undefined);
    return text && { bytes: within(maxBytes, text) };
  }
  const received = await readStream(raw, maxBytes);
  const bytes = await undoEncoding(received, raw.headers['content-encoding'], maxBytes);
  return bytes === received ? { bytes } : { bytes, compressed: received };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function within(maxBytes: number, bytes: Buffer): Buffer {
  if (bytes.length > maxBytes) throw new PayloadTooLargeException();
  return bytes;
}
