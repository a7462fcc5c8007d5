import { errorMonitor } from 'node:events';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { nextTick } from 'node:process';
import { UnsafeRequest } from '../../engine/requests/unsafe-request.js';
import { noteFailed } from './failed-requests.js';
import { Followed } from './followed.js';
import type { AnswerBody } from '../../outcome/exchange.js';
import { keyIn, noteStray } from './stray-requests.js';
import type { FollowedRequest, HeadersHolder, RequestHead } from './request-head.js';
import { watchedCall, WireRequest } from './wire-request.js';

/**
 * Requests of Node's own client, and of all that is built on it: axios, got, Stripe, AWS. Source: Node, "Diagnostics
 * Channel".
 */
export function watchNodeHttp(): void {
  // Newer versions of Node tell of a request once it is made, older ones only once all of it was written.
  subscribe('http.client.request.start', onStart);
  subscribe('http.client.request.created', (message) => {
    unsubscribe('http.client.request.start', onStart);
    const { request } = message as { request: ClientRequest };
    const seen = requestOf(request);
    const head = new NodeHead(request);
    // Where an agent of the user's makes no connection, as those for proxies, Node tells nothing on the channel.
    if (seen !== undefined) request.on(errorMonitor, onError);
    // Its headers are set by the code that makes it, at once: the key may be among them by the next tick.
    if (seen instanceof UnsafeRequest) nextTick(() => (seen.key ??= keyIn(head, undefined)));
    if (!(seen instanceof WireRequest)) return;
    if (seen.awaitsKey(head)) nextTick(() => seen.begin(head));
    else seen.begin(head);
  });
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    Followed.of(request)?.answer(response.statusCode ?? 0, new NodeAnswer(response));
  });
  subscribe('http.client.request.error', (message) => {
    const { request, error } = message as { request: ClientRequest; error: unknown };
    failed(request, error);
  });
}

function onError(this: ClientRequest, error: unknown): void {
  failed(this, error);
}

function failed(request: ClientRequest, error: unknown): void {
  noteFailed(error, new NodeHead(request));
  Followed.of(request)?.fail(error, isShakingHands(request));
}

function onStart(message: unknown): void {
  const { request } = message as { request: ClientRequest };
  const seen = requestOf(request);
  if (seen instanceof WireRequest) seen.begin(new NodeHead(request));
}

function requestOf(request: ClientRequest): FollowedRequest | undefined {
  const standing = Followed.of(request);
  if (standing !== undefined) return standing;
  const watched = watchedCall();
  const head = new NodeHead(request);
  const seen = (watched && WireRequest.of(watched, head)) ?? noteStray(head);
  if (seen !== undefined) Followed.note(request, seen);
  return seen;
}

class NodeAnswer implements HeadersHolder {
  constructor(private readonly response: IncomingMessage) {}

  get headers(): unknown {
    return this.response.headers;
  }

  get body(): AnswerBody | undefined {
    const { complete, destroyed } = this.response;
    if (complete) return 'whole';
    return destroyed ? 'broken' : undefined;
  }
}

/** Whether the TLS handshake of its connection was not over: nothing goes before it. */
function isShakingHands({ socket }: ClientRequest): boolean {
  return (socket as { readonly secureConnecting?: unknown } | null)?.secureConnecting === true;
}

class NodeHead implements RequestHead {
  readonly over = 'http1';

  constructor(private readonly request: ClientRequest) {}

  get method(): string {
    return String(this.request.method).toUpperCase();
  }

  /** As `URL.origin` spells it. */
  get origin(): string {
    const { protocol, host } = this.request;
    const named = this.request.getHeader('host');
    return originOf(protocol, typeof named === 'string' ? named : host);
  }

  carries(key: string, header: string | undefined): boolean {
    if (header !== undefined && this.request.getHeader(header) === key) return true;
    return Object.values(this.request.getHeaders()).flat().includes(key) || this.asWritten.includes(key);
  }

  header(name: string): string | undefined {
    const value = this.request.getHeader(name);
    if (value === undefined) return this.hasList ? lineOf(this.asWritten, name) : undefined;
    return Array.isArray(value) ? value.join(', ') : String(value);
  }

  /** Whether its headers were given as a list, which Node does not keep. */
  private get hasList(): boolean {
    return this.request.getHeader('host') === undefined;
  }

  /** The head as it goes over the wire: headers that were given as a list stand nowhere else. */
  private get asWritten(): string {
    const { _header } = this.request as { _header?: unknown };
    return typeof _header === 'string' ? _header : '';
  }
}

/** The value of a header in a head as it is written. */
function lineOf(head: string, name: string): string | undefined {
  const line = head.split('\r\n').find((each) => each.slice(0, name.length + 1).toLowerCase() === `${name}:`);
  return line?.slice(name.length + 1).trim();
}

/** The origins of the hosts that were called: a text that is put together anew would have to be hashed anew as well. */
const origins = { 'http:': new Map<string, string>(), 'https:': new Map<string, string>() };
const MOST_ORIGINS = 1000;

function originOf(protocol: string, host: string): string {
  const known = origins[protocol === 'https:' ? 'https:' : 'http:'];
  let origin = known.get(host);
  if (origin === undefined) {
    const target = host.toLowerCase();
    const defaultPort = protocol === 'https:' ? ':443' : ':80';
    origin = `${protocol}//${target.endsWith(defaultPort) ? target.slice(0, -defaultPort.length) : target}`;
    if (known.size < MOST_ORIGINS) known.set(host, origin);
  }
  return origin;
}
