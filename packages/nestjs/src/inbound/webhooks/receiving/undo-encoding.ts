import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { BadRequestException, PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';

const DECODERS: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * The body before it was compressed for the way (RFC 9110 §8.4): senders sign that, and Nest's own parsers keep that.
 * Throws a `PayloadTooLargeException` beyond `maxBytes`, a `BadRequestException` for what is damaged, and an
 * `UnsupportedMediaTypeException` for other encodings.
 */
export async function undoEncoding(bytes: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return bytes;
  const decode = DECODERS[name];
  if (decode === undefined) throw new UnsupportedMediaTypeException('The content encoding is not supported.');
  try {
    return await decode(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw new PayloadTooLargeException();
    throw new BadRequestException('The body cannot be decompressed.');
  }
}
