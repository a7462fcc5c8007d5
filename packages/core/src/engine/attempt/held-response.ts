import { responseWithBody } from '../../values/response-with-body.js';
import { endWith, isIteratedOnly, type HeldStream } from './held-stream.js';

/**
 * Whether a call lasts until its result has been read. Its method says so by `stream`: `true` for responses of `fetch`
 * as well, `false` for nothing; by default for what is read by iterating only.
 */
export function isHeld(value: object | null, stream: boolean | undefined): value is AsyncIterable<unknown> | Response {
  if (stream === undefined) return isIteratedOnly(value);
  return stream && (isIteratedOnly(value) || isReadable(value));
}

/** The result as its caller gets it: a view by which the call is told how its reading ends. */
export function viewOf(value: AsyncIterable<unknown> | Response, held: HeldStream): object {
  return isIteratedOnly(value) ? held.viewOf(value) : heldResponse(value as Response, held);
}

/** A response of the web whose body has not been touched. */
function isReadable(value: object | null): value is Response {
  if (value === null || !('bodyUsed' in value) || value.bodyUsed !== false) return false;
  const { body } = value as { readonly body?: { readonly getReader?: unknown; readonly locked?: unknown } | null };
  return typeof body?.getReader === 'function' && body.locked === false;
}

/** Cancels at once when it is left: the stream's own iterator would wait for the bytes that do not come. */
function bytesOf(body: ReadableStream<Uint8Array>): AsyncIterable<unknown> {
  // A body without a reader is cancelled with the response that it belonged to.
  const reader = body.getReader();
  const left = async (reason?: unknown) => {
    await reader.cancel(reason);
    return { done: true, value: undefined } as const;
  };
  const iterator = { next: () => reader.read(), return: left };
  return { [Symbol.asyncIterator]: () => iterator as AsyncIterator<unknown> };
}

function heldResponse(response: Response, held: HeldStream): Response {
  const bytes = held.viewOf(bytesOf(response.body!)) as AsyncIterable<Uint8Array>;
  const iterator = bytes[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: async (reason) => void (await iterator.return?.(reason)),
    },
    // Nothing is read before the caller asks for it.
    { highWaterMark: 0 },
  );
  const view = responseWithBody(response, body);
  endWith(view, held);
  return view;
}
