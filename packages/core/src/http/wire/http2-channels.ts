import { subscribe } from 'node:diagnostics_channel';
import { headerOf } from '../../headers/headers.js';
import { watchedCall, WireRequest, type RequestHead } from './wire-request.js';

type Headers = Readonly<Record<string, unknown>>;

const streams = new WeakMap<object, WireRequest>();

/**
 * Requests over HTTP/2, and so of gRPC, where Node tells of them (24 and later). Source: Node, "Diagnostics Channel".
 */
export function watchHttp2(): void {
  subscribe('http2.client.stream.created', (message) => {
    const watched = watchedCall();
    if (watched === undefined) return;
    const { stream, headers } = message as { stream: object; headers: Headers };
    const head = new Http2Head(headers);
    const seen = WireRequest.of(watched, head);
    if (seen === undefined) return;
    streams.set(stream, seen);
    seen.begin(head);
  });
  subscribe('http2.client.stream.finish', (message) => {
    const { stream, headers } = message as { stream: object; headers: Headers };
    streams.get(stream)?.answer(Number(headers[':status']), { headers });
  });
  subscribe('http2.client.stream.error', (message) => {
    const { stream, error } = message as { stream: object; error: unknown };
    streams.get(stream)?.fail(error);
  });
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
