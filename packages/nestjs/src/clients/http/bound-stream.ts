import type { ClientRequest } from 'node:http';
import { pipeline, Transform, type Readable } from 'node:stream';
import { ResponseTooLargeError } from '@breakwater/core/adapter';
import type { AxiosAnswer } from './axios-types.js';
import { redactError } from './redact-error.js';

/**
 * The answer with a stream that fails once more bytes have come than `maxContentLength` lets through, that fails
 * without a credential in what it says, and that lets go of its connection when it is not read to the end.
 */
export function boundStream(answer: AxiosAnswer, provider: string): AxiosAnswer {
  if (answer.config.responseType !== 'stream') return answer;
  const body = counted(answer, provider).data as Readable;
  const destroy = body._destroy.bind(body);
  body._destroy = (error, done) => destroy(redactError(error), done);
  body.once('close', () => {
    // Between this stream and the connection stand others, which do not all pass on that they are destroyed.
    if (!body.readableEnded) (answer.request as ClientRequest | undefined)?.destroy();
  });
  return answer;
}

/** Not every version of axios bounds more than what it reads itself. */
function counted(answer: AxiosAnswer, provider: string): AxiosAnswer {
  const { maxContentLength = -1 } = answer.config;
  if (maxContentLength < 0) return answer;
  const announced = Number(answer.headers['content-length'] ?? Number.NaN);
  // A length that was announced is held to by Node, unless the body is unpacked.
  if (announced <= maxContentLength && answer.headers['content-encoding'] === undefined) return answer;
  let read = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read += chunk.length;
      if (read <= maxContentLength) return done(null, chunk);
      done(new ResponseTooLargeError(provider, maxContentLength));
    },
  });
  // The reader hears of the error from the stream itself.
  answer.data = pipeline(answer.data as Readable, counting, () => undefined);
  return answer;
}
