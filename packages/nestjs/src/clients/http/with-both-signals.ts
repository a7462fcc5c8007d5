import { finished, type Readable } from 'node:stream';
import type { AxiosAdapter, AxiosRequest } from './axios-types.js';

type Signal = NonNullable<AxiosRequest['signal']>;

/**
 * An adapter that gives a request up by `signal` as well as by the caller's own. Nothing listens to either once the
 * response is there, the whole of it where it is a stream. (`AbortSignal.any` would keep what long-lived signals have
 * ever been combined with.)
 */
export function withBothSignals(send: AxiosAdapter, signal: Signal): AxiosAdapter {
  return async (request) => {
    const both = new AbortController();
    const stops = [signal, request.signal].map((source) => source && follow(source, both));
    const stop = () => stops.forEach((each) => each?.());
    let streams = false;
    try {
      const answer = await send({ ...request, signal: both.signal });
      streams = request.responseType === 'stream';
      if (streams) finished(answer.data as Readable, stop);
      return answer;
    } finally {
      if (!streams) stop();
    }
  };
}

/** Aborts `controller` with `source`, until the returned function is called. */
function follow(source: Signal, controller: AbortController): () => void {
  const abort = () => controller.abort((source as { reason?: unknown }).reason);
  if (source.aborted === true) abort();
  source.addEventListener?.('abort', abort);
  return () => source.removeEventListener?.('abort', abort);
}
