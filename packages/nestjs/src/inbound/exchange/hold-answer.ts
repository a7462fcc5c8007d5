import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { AnswerBody, bytesOf } from './answer-body.js';
import { hasLeft } from './has-left.js';

/** The framework's response, and Node's own. */
export interface HeldResponse {
  readonly response: { getHeaders(): OutgoingHttpHeaders };
  readonly rawResponse: ServerResponse;
}

/** An answer as the handler gave it, before what middleware makes of it, such as compression. */
export interface HeldAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Absent where there was none, or where it was too long to keep. */
  readonly body: Buffer | undefined;
  /** Whether the body was too long to keep, or is not known whole. */
  readonly isTooLong: boolean;
}

/** The reaction to the end of an exchange. */
export interface AnswerHolder {
  /** The longest body that is kept, in bytes. */
  readonly longestBody: number;
  /** The answer is complete. It ends once the promise has resolved; never rejects. */
  settle(answer: HeldAnswer): Promise<void>;
  /** The client has hung up before the answer was complete: with this status, if the head was written. */
  hungUp(status: number | undefined): void;
}

/**
 * Holds the end of an answer back until it has been taken note of: whatever the client does next, the store knows what
 * became of its request. All answers end in the response's `end`, also those that come after the handler has returned,
 * and those to a client that hung up.
 */
export function holdAnswer({ response, rawResponse }: HeldResponse, holder: AnswerHolder): void {
  const body = new AnswerBody(holder.longestBody);
  const write = rawResponse.write.bind(rawResponse) as (...args: unknown[]) => boolean;
  const end = rawResponse.end.bind(rawResponse) as (...args: unknown[]) => ServerResponse;
  let headers: HeldAnswer['headers'] | undefined;
  let ended = false;
  const take = (args: readonly unknown[]) => {
    // Middleware below sets its own once it sees the body.
    headers ??= { ...response.getHeaders() };
    body.take(args[0], args[1]);
  };

  rawResponse.write = (...args: unknown[]): boolean => {
    take(args);
    return write(...args);
  };
  rawResponse.end = (...args: unknown[]): ServerResponse => {
    if (ended) return rawResponse;
    ended = true;
    take(args);
    sealHead(rawResponse, bytesOf(args[0], args[1]).length);
    const { statusCode: status } = rawResponse;
    const answer = { status, headers: headers!, body: body.whole, isTooLong: body.isTooLong };
    void holder.settle(answer).then(() => end(...args));
    return rawResponse;
  };
  const hungUp = () => {
    if (!ended) holder.hungUp(rawResponse.headersSent ? rawResponse.statusCode : undefined);
  };
  rawResponse.once('close', hungUp);
  if (hasLeft(rawResponse)) hungUp();
}

/** Fixes status and headers, so that nothing that happens while the store is written can change the answer. */
function sealHead(response: ServerResponse, length: number): void {
  if (response.headersSent) return;
  const { statusCode: status } = response;
  const hasBody = response.req?.method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304;
  // As Node would write it by itself, had the head been left to `end`.
  if (hasBody && !response.hasHeader('content-length') && !response.hasHeader('transfer-encoding')) {
    response.setHeader('content-length', length);
  }
  response.writeHead(status);
}
