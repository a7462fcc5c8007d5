import type { IncomingMessage } from 'node:http';
import { BadRequestException, PayloadTooLargeException } from '@nestjs/common';

/**
 * The whole of a request's body. Stops at `maxBytes` without closing the connection, so that the refusal can still be
 * sent.
 */
export function readStream(stream: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(stream.headers['content-length']) > maxBytes) return Promise.reject(new PayloadTooLargeException());
  if (stream.destroyed) return Promise.reject(cutOff());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (run: () => void) => {
      stream.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      run();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) return void chunks.push(chunk);
      stream.pause();
      settle(() => reject(new PayloadTooLargeException()));
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks, size)));
    const onClose = () => settle(() => reject(cutOff()));
    stream.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function cutOff(): BadRequestException {
  return new BadRequestException('The request was cut off.');
}
