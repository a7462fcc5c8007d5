import type { CarriedKey } from '../engine/requests/carried-key.js';
import { absoluteUrl } from './absolute-url.js';
import type { CacheMode } from './cache/cache-request.js';
import { keyedText, type KeyedBody } from './keyed-body.js';
import type { Credential } from './provider-http.js';
import type { RequestHeader } from './request-headers.js';
import { setTraceHeaders } from './trace-headers.js';
import { KEY_HEADER } from '../engine/requests/key-header.js';

export type FetchInput = Parameters<typeof globalThis.fetch>[0];
export type FetchInit = NonNullable<Parameters<typeof globalThis.fetch>[1]>;

/** The provider's part of a request, beside the caller's. */
export interface OutgoingParts {
  readonly baseUrl: string | undefined;
  /** The provider's headers for a request of this method. */
  headersFor(method: string): readonly RequestHeader[];
  /** The idempotency key of such a request. */
  keyFor(method: string): CarriedKey | undefined;
}

/** Redirects that turn any request into a GET without a body, and those that do so with a POST (RFC 9110 §15.4). */
const TO_GET = new Set([303]);
const POST_TO_GET = new Set([301, 302]);

/** One request of a provider's `fetch`, as it is about to be sent, also along a redirect. */
export class OutgoingRequest {
  url: URL;
  method: string;
  readonly headers: Headers;
  /** The caller's own. */
  readonly signal: AbortSignal | null | undefined;
  private readonly given: Request | undefined;
  private readonly init: FetchInit;
  private hasBody: boolean;
  private sent: Credential | undefined;
  /** The body with the key in it, where the provider expects it there. */
  private keyed: KeyedBody<string> | undefined;
  /** The names of the headers that stand for the provider alone. */
  private readonly own = new Set<string>();

  constructor(
    private readonly parts: OutgoingParts,
    input: FetchInput,
    init: FetchInit = {},
  ) {
    this.given = input instanceof Request ? input : undefined;
    this.init = init;
    this.url = absoluteUrl(this.given?.url ?? String(input), parts.baseUrl);
    this.method = (init.method ?? this.given?.method ?? 'GET').toUpperCase();
    this.headers = new Headers(init.headers ?? this.given?.headers);
    this.signal = init.signal === undefined ? this.given?.signal : init.signal;
    this.hasBody = (init.body ?? this.given?.body ?? null) !== null;
    this.addHeaders();
    this.addKeyToBody();
  }

  /** Whether the body carries the call's key; `undefined` where the key does not belong there. */
  get carriesKey(): boolean | undefined {
    const key = this.parts.keyFor(this.method);
    return key === undefined || key.fields.length === 0 ? undefined : this.keyed?.carriesKey === true;
  }

  /** Whether it carries the key of its call; `undefined` where its caller has given it another. */
  get carriesCallKey(): boolean | undefined {
    const { header = KEY_HEADER, value, fields = [] } = this.parts.keyFor(this.method) ?? {};
    const standing = this.headers.get(header);
    if (standing !== null && standing !== value) return undefined;
    return standing !== null || (fields.length > 0 && this.keyed?.carriesKey === true);
  }

  /** Takes the key out that stands for another request of its call. */
  withholdKey(): void {
    const key = this.parts.keyFor(this.method);
    if (key?.header !== undefined) this.headers.delete(key.header);
    this.keyed = undefined;
  }

  /** The credential that it carries and that can be renewed; `undefined` where it carries none such. */
  get credential(): Credential | undefined {
    return this.sent;
  }

  /** Puts another credential in the place of the one that it carries. */
  set credential(next: Credential | undefined) {
    if (this.sent !== undefined) this.headers.delete(this.sent.name);
    if (next !== undefined) {
      this.headers.set(next.name, next.value);
      this.own.add(next.name.toLowerCase());
    }
    this.sent = next;
  }

  /** The body as its caller has given it. That of a `Request` is a stream. */
  get body(): unknown {
    return this.hasBody ? (this.init.body ?? this.given?.body) : undefined;
  }

  /** How the caller wants a cache to be used. */
  get cacheMode(): CacheMode {
    const { cache } = this.init as { readonly cache?: CacheMode };
    return cache ?? (this.given as { readonly cache?: CacheMode } | undefined)?.cache ?? 'default';
  }

  /** Why the request is none for a cache, whatever its headers say; `undefined` where it may be one. */
  get uncacheable(): 'body' | 'connection' | undefined {
    if (this.hasBody) return 'body';
    return 'dispatcher' in this.init ? 'connection' : undefined;
  }

  get redirect(): NonNullable<FetchInit['redirect']> {
    return this.init.redirect ?? this.given?.redirect ?? 'follow';
  }

  /** The options that `fetch` is to be called with. A request that was given keeps its body: it may be sent again. */
  initFor(signal: AbortSignal | undefined): RequestInit & { duplex?: 'half' } {
    const { method, headers, hasBody, given, init } = this;
    const body = hasBody ? (this.keyed?.body ?? init.body ?? given?.clone().body) : undefined;
    return {
      ...init,
      method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && body !== null && { body, duplex: 'half' as const }),
      ...(body === undefined && { body: null }),
      ...(signal && { signal }),
    };
  }

  /**
   * Goes on to where an answer redirects; `false` where it names no place. The provider's own headers do not go to
   * another origin.
   */
  follow(status: number, location: string | null): boolean {
    if (location === null || !URL.canParse(location, this.url.href)) return false;
    const next = new URL(location, this.url);
    if (next.origin !== this.url.origin) {
      for (const name of [...this.own, 'authorization', 'cookie']) this.headers.delete(name);
      this.sent = undefined;
      this.keyed = undefined;
    }
    this.url = next;
    if (TO_GET.has(status) || (POST_TO_GET.has(status) && this.method === 'POST')) this.becomeGet();
    return true;
  }

  private becomeGet(): void {
    if (this.method !== 'HEAD') this.method = 'GET';
    this.hasBody = false;
    for (const name of ['content-type', 'content-length', 'content-encoding']) this.headers.delete(name);
  }

  private addHeaders(): void {
    const { parts, headers } = this;
    setTraceHeaders((name, value) => headers.has(name) || headers.set(name, value));
    if (!this.isToProvider) return;
    const callers = new Set(headers.keys());
    for (const { name, value, replaces, renewable } of parts.headersFor(this.method)) {
      const lower = name.toLowerCase();
      if (callers.has(lower) && !replaces) continue;
      headers.set(name, value);
      if (renewable === true) this.sent = { name, value };
      this.own.add(lower);
    }
  }

  private addKeyToBody(): void {
    const key = this.isToProvider ? this.parts.keyFor(this.method) : undefined;
    if (key === undefined || key.fields.length === 0) return;
    this.keyed = keyedText(this.init.body, key);
    if (this.keyed !== undefined) this.headers.delete('content-length');
  }

  /** Whether it goes to the provider itself. */
  get isToProvider(): boolean {
    const { baseUrl } = this.parts;
    return baseUrl !== undefined && this.url.origin === new URL(baseUrl).origin;
  }
}
