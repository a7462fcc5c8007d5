import { responseWithBody } from '../values/response-with-body.js';
import { ResponseTooLargeError } from './response-too-large.error.js';

/** The bound of a response, and what is to happen once all of it was read or cancelled. */
export interface ResponseBound {
  readonly provider: string;
  readonly mostBytes: number;
  onEnd(): void;
}

/**
 * The response with a body that fails once more than so many bytes, unpacked, have come. One that says beforehand that
 * it is small enough is left as it is where nothing waits for its end. Throws a `ResponseTooLargeError`, and cancels
 * the body, where it says that it is not.
 */
export async function boundedResponse(response: Response, bound: ResponseBound, isAwaited: boolean): Promise<Response> {
  const { body, headers } = response;
  if (body === null) {
    bound.onEnd();
    return response;
  }
  const encoded = (headers.get('content-encoding') ?? 'identity') !== 'identity';
  const announced = encoded ? undefined : lengthOf(headers);
  if (announced !== undefined && announced > bound.mostBytes) {
    await body.cancel();
    bound.onEnd();
    throw new ResponseTooLargeError(bound.provider, bound.mostBytes);
  }
  return announced !== undefined && !isAwaited ? response : responseWithBody(response, counted(body, bound));
}

function lengthOf(headers: Headers): number | undefined {
  const text = headers.get('content-length') ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function counted(body: ReadableStream<Uint8Array>, bound: ResponseBound): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let read = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            bound.onEnd();
            return controller.close();
          }
          read += value.byteLength;
          if (read <= bound.mostBytes) return controller.enqueue(value);
          await reader.cancel();
          throw new ResponseTooLargeError(bound.provider, bound.mostBytes);
        } catch (error) {
          bound.onEnd();
          controller.error(error);
        }
      },
      cancel: async (reason) => {
        bound.onEnd();
        await reader.cancel(reason);
      },
    },
    // Nothing is read before the caller asks for it.
    { highWaterMark: 0 },
  );
}
