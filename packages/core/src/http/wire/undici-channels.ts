import { subscribe } from 'node:diagnostics_channel';
import { headerOf } from '../../headers/headers.js';
import { RawHeaders } from '../../headers/raw-headers.js';
import { noteFailed } from './failed-requests.js';
import { Followed } from './followed.js';
import { dispatchOf, type Dispatched } from './undici-dispatch.js';
import { noteStray } from './stray-requests.js';
import type { FollowedRequest, RequestHead } from './request-head.js';
import { watchedCall, WireRequest, type WatchedCall } from './wire-request.js';

/**
 * A request of undici, and so of the global `fetch`, as its channels show it. Source: undici, "Diagnostics Channel
 * Support".
 */
interface UndiciRequest {
  readonly method?: unknown;
  readonly origin?: unknown;
  /** Names and values by turns, in older versions the text of all of them, or as they are given to undici. */
  readonly headers?: unknown;
}

/** The errors for which no connection was made. */
const unconnected = new WeakSet<object>();

export function watchUndici(): void {
  subscribe('undici:request:create', (message) => {
    const { request } = message as { request: UndiciRequest };
    const asked = dispatchOf(request, begun);
    const seen: FollowedRequest | undefined =
      asked?.noted ?? begunNow(request, asked) ?? noteStray(new UndiciHead(request), asked?.watched?.call);
    if (seen !== undefined) Followed.note(request, seen);
    if (asked === undefined) return;
    asked.isMade = true;
    asked.noted = undefined;
  });
  subscribe('undici:request:headers', (message) => {
    const { request, response } = message as { request: object; response: { statusCode: number; headers: unknown[] } };
    Followed.of(request)?.answer(response.statusCode, { headers: new RawHeaders(response.headers) });
  });
  subscribe('undici:request:trailers', (message) => {
    const { request } = message as { request: object };
    Followed.of(request)?.finish();
  });
  subscribe('undici:request:error', (message) => {
    const { request, error } = message as { request: object; error: unknown };
    noteFailed(error, new UndiciHead(request));
    Followed.of(request)?.fail(error, unconnected.has(error as object));
  });
  subscribe('undici:client:connectError', (message) => {
    const { error } = message as { error: unknown };
    if (typeof error === 'object' && error !== null) unconnected.add(error);
  });
}

function begunNow(request: UndiciRequest, asked: Dispatched | undefined): WireRequest | undefined {
  const watched = asked === undefined ? watchedCall() : asked.watched;
  return watched === undefined || watched.call.ended ? undefined : begun(watched, request);
}

function begun(watched: WatchedCall, request: UndiciRequest): WireRequest | undefined {
  const head = new UndiciHead(request);
  const seen = WireRequest.of(watched, head);
  seen?.begin(head);
  return seen;
}

class UndiciHead implements RequestHead {
  readonly over = 'http1';
  readonly method: string;
  readonly origin: string;

  constructor(private readonly request: UndiciRequest) {
    const { method, origin } = request;
    this.method = String(method ?? 'GET').toUpperCase();
    this.origin = origin instanceof URL ? origin.origin : String(origin);
  }

  header(name: string): string | undefined {
    const { headers } = this.request;
    return headerOf(typeof headers === 'string' ? linesOf(headers) : headers, name);
  }

  carries(key: string): boolean {
    const { headers } = this.request;
    if (typeof headers === 'string') return headers.includes(key);
    return typeof headers === 'object' && headers !== null && valuesOf(headers).includes(key);
  }
}

/** Names and values by turns, of the text that older versions of undici have, whose lines end as on the wire. */
function linesOf(head: string): readonly string[] {
  return head
    .split('\r\n')
    .flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
}

/** All values, of a list, an object, or anything that is iterated by pairs. */
function valuesOf(headers: object): readonly unknown[] {
  if (Array.isArray(headers)) return headers.flat();
  return (Symbol.iterator in headers ? [...(headers as Iterable<unknown>)] : Object.values(headers)).flat();
}
