import { pipeline, Transform, type Readable } from 'node:stream';
import type { AxiosAnswer } from './axios-types.js';

/**
 * The answer with a stream that fails once more bytes have come than `maxContentLength` lets through: axios bounds only
 * what it reads itself.
 */
export function boundStream(answer: AxiosAnswer, provider: string): AxiosAnswer {
  const { responseType, maxContentLength = -1 } = answer.config;
  if (responseType !== 'stream' || maxContentLength < 0) return answer;
  const announced = Number(answer.headers['content-length'] ?? Number.NaN);
  // A length that was announced is held to by Node, unless the body is unpacked.
  if (announced <= maxContentLength && answer.headers['content-encoding'] === undefined) return answer;
  let read = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read += chunk.length;
      if (read <= maxContentLength) return done(null, chunk);
      done(new Error(`The answer of '${provider}' has more than ${maxContentLength} bytes (http.maxResponseBytes)`));
    },
  });
  // The reader hears of the error from the stream itself.
  answer.data = pipeline(answer.data as Readable, counting, () => undefined);
  return answer;
}
