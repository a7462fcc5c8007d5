import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { nextTick } from 'node:process';
import { watchedCall, WireRequest, type RequestHead } from './wire-request.js';

const requests = new WeakMap<object, WireRequest>();

/**
 * Requests of Node's own client, and of all that is built on it: axios, got, Stripe, AWS. Source: Node, "Diagnostics
 * Channel".
 */
export function watchNodeHttp(): void {
  // Newer versions of Node tell of a request once it is made, older ones only once all of it was written.
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest };
    const seen = requestOf(request);
    // Its headers are set by the code that makes it, at once.
    if (seen !== undefined) nextTick(() => seen.begin(new NodeHead(request)));
  });
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    requestOf(request)?.begin(new NodeHead(request));
  });
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    requests.get(request)?.answer(response.statusCode ?? 0, response);
  });
  subscribe('http.client.request.error', (message) => {
    const { request, error } = message as { request: ClientRequest; error: unknown };
    requests.get(request)?.fail(error);
  });
}

function requestOf(request: ClientRequest): WireRequest | undefined {
  const standing = requests.get(request);
  if (standing !== undefined) return standing;
  const watched = watchedCall();
  const seen = watched && WireRequest.of(watched, new NodeHead(request));
  if (seen !== undefined) requests.set(request, seen);
  return seen;
}

class NodeHead implements RequestHead {
  constructor(private readonly request: ClientRequest) {}

  get method(): string {
    return String(this.request.method).toUpperCase();
  }

  /** As `URL.origin` spells it. */
  get origin(): string {
    const { protocol, host } = this.request;
    const named = this.request.getHeader('host');
    const target = (typeof named === 'string' ? named : host).toLowerCase();
    const defaultPort = protocol === 'https:' ? ':443' : ':80';
    return `${protocol}//${target.endsWith(defaultPort) ? target.slice(0, -defaultPort.length) : target}`;
  }

  carries(key: string): boolean {
    return Object.values(this.request.getHeaders()).flat().includes(key) || this.asWritten.includes(key);
  }

  /** The head as it goes over the wire: headers that were given as a list stand nowhere else. */
  private get asWritten(): string {
    const { _header } = this.request as { _header?: unknown };
    return typeof _header === 'string' ? _header : '';
  }
}
