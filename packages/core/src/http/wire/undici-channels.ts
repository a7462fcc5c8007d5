import { subscribe } from 'node:diagnostics_channel';
import { RawHeaders } from '../../headers/raw-headers.js';
import { watchedCall, WireRequest, type RequestHead } from './wire-request.js';

/**
 * A request of undici, and so of the global `fetch`, as its channels show it. Source: undici, "Diagnostics Channel
 * Support".
 */
interface UndiciRequest {
  readonly method?: unknown;
  readonly origin?: unknown;
  /** Names and values by turns, or in older versions the text of all of them. */
  readonly headers?: unknown;
}

const requests = new WeakMap<object, WireRequest>();
/** The errors for which no connection was made. */
const unconnected = new WeakSet<object>();

export function watchUndici(): void {
  subscribe('undici:request:create', (message) => {
    const watched = watchedCall();
    if (watched === undefined) return;
    const { request } = message as { request: UndiciRequest };
    const head = new UndiciHead(request);
    const seen = WireRequest.of(watched, head);
    if (seen === undefined) return;
    requests.set(request, seen);
    seen.begin(head);
  });
  subscribe('undici:request:headers', (message) => {
    const { request, response } = message as { request: object; response: { statusCode: number; headers: unknown[] } };
    requests.get(request)?.answer(response.statusCode, { headers: new RawHeaders(response.headers) });
  });
  subscribe('undici:request:error', (message) => {
    const { request, error } = message as { request: object; error: unknown };
    requests.get(request)?.fail(error, typeof error === 'object' && error !== null && unconnected.has(error));
  });
  subscribe('undici:client:connectError', (message) => {
    const { error } = message as { error: unknown };
    if (typeof error === 'object' && error !== null) unconnected.add(error);
  });
}

class UndiciHead implements RequestHead {
  readonly over = 'http1';
  readonly method: string;
  readonly origin: string;

  constructor(private readonly request: UndiciRequest) {
    const { method, origin } = request;
    this.method = String(method).toUpperCase();
    this.origin = origin instanceof URL ? origin.origin : String(origin);
  }

  header(name: string): string | undefined {
    const { headers } = this.request;
    // In older versions of undici a text, whose lines end as on the wire.
    const raw = Array.isArray(headers)
      ? headers
      : String(headers ?? '')
          .split('\r\n')
          .flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
    return new RawHeaders(raw).get(name);
  }

  carries(key: string): boolean {
    const { headers } = this.request;
    if (Array.isArray(headers)) return headers.flat().includes(key);
    return typeof headers === 'string' && headers.includes(key);
  }
}
