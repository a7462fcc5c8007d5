import { subscribe } from 'node:diagnostics_channel';
import { headerOf } from '../../headers/headers.js';
import { Followed } from './followed.js';
import { noteTold, watchSessions } from './http2-sessions.js';
import { noteStray } from './stray-requests.js';
import type { RequestHead } from './request-head.js';
import { watchedCall, WireRequest } from './wire-request.js';

type Headers = Readonly<Record<string, unknown>>;

/**
 * Requests over HTTP/2, and so of gRPC. Node tells of them since 24.2, and in later releases of 22. Source: Node,
 * "Diagnostics Channel".
 */
export function watchHttp2(): void {
  subscribe('http2.client.stream.created', (message) => {
    noteTold();
    const { stream, headers } = message as { stream: object; headers: Headers };
    created(stream, headers);
  });
  subscribe('http2.client.stream.finish', (message) => {
    const { stream, headers } = message as { stream: object; headers: Headers };
    answered(stream, headers);
  });
  subscribe('http2.client.stream.error', (message) => {
    const { stream, error } = message as { stream: object; error: unknown };
    failed(stream, error);
  });
  watchSessions({ created, answered, failed });
}

function created(stream: object, headers: Headers): void {
  if (isOfUndici((stream as { readonly session?: object }).session)) return;
  const head = new Http2Head(headers);
  const watched = watchedCall();
  const seen = watched && WireRequest.of(watched, head);
  const followed = seen ?? noteStray(head);
  if (followed !== undefined) Followed.note(stream, followed);
  seen?.begin(head);
}

function answered(stream: object, headers: Headers): void {
  Followed.of(stream)?.answer(Number(headers[':status']), { headers });
}

function failed(stream: object, error: unknown): void {
  Followed.of(stream)?.fail(error);
}

const sessions = new WeakMap<object, boolean>();

/**
 * Whether a session is one of undici, whose own channels tell of its requests over HTTP/2 as well: each counts once.
 * undici ties its sessions to its clients by a symbol. Source: undici, `lib/dispatcher/client-h2.js`.
 */
function isOfUndici(session: object | undefined): boolean {
  if (session === undefined) return false;
  let known = sessions.get(session);
  if (known === undefined) {
    known = Object.getOwnPropertySymbols(session).some(({ description }) => description === 'client');
    sessions.set(session, known);
  }
  return known;
}

class Http2Head implements RequestHead {
  readonly over = 'http2';

  constructor(private readonly headers: Headers) {}

  get method(): string {
    return String(this.headers[':method'] ?? 'GET').toUpperCase();
  }

  /** As `URL.origin` spells it. */
  get origin(): string {
    const target = `${String(this.headers[':scheme'] ?? 'https')}://${String(this.headers[':authority'])}`;
    return URL.canParse(target) ? new URL(target).origin : target;
  }

  header(name: string): string | undefined {
    return headerOf(this.headers, name);
  }

  carries(key: string): boolean {
    return Object.values(this.headers).flat().includes(key);
  }
}
