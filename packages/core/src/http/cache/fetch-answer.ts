import { responseWithBody } from '../../values/response-with-body.js';
import type { LiveAnswer } from './live-answer.js';

/** A response of `fetch` that has just come. */
export class FetchAnswer implements LiveAnswer<Response> {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Redirects are not followed before this. */
  readonly url = '';

  constructor(
    private response: Response,
    /** The most bytes of an answer that are read at all. */
    private readonly mostBytes: number,
  ) {
    const { status, statusText, headers } = response;
    this.status = status;
    this.statusText = statusText;
    this.headers = Object.fromEntries(headers);
  }

  raw(): Response {
    return this.response;
  }

  discard(): void {
    this.response.body?.cancel().catch(() => undefined);
  }

  async body(most: number): Promise<Uint8Array | undefined> {
    const { body } = this.response;
    if (body === null) return new Uint8Array();
    const reader = body.getReader();
    const bound = Math.min(most, this.mostBytes);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    while (bytes <= bound) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks);
      chunks.push(value);
      bytes += value.byteLength;
    }
    this.response = responseWithBody(this.response, replayed(chunks, reader));
    return undefined;
  }
}

/** The chunks that were read already, and then the others. */
function replayed(chunks: Uint8Array[], reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const standing = chunks.shift();
        if (standing !== undefined) return controller.enqueue(standing);
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is read before the caller asks for it.
    { highWaterMark: 0 },
  );
}
