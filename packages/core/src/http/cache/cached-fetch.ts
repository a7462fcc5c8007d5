import { currentLiveCall } from '../../engine/current-call.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { SentRequest } from '../../engine/requests/sent-requests.js';
import type { RequestNature } from '../../outcome/request-nature.js';
import type { OutgoingRequest } from '../outgoing-request.js';
import { withoutFragment, type CacheMode, type CacheRequest } from './cache-request.js';
import { FetchAnswer } from './fetch-answer.js';
import { givenResponse } from './given-response.js';
import type { HttpCache } from './http-cache.js';
import type { RateLine, Sending } from './live-answer.js';
import { isRead, isSafe } from '../../outcome/request-method.js';

interface FetchParts {
  readonly provider: string;
  readonly call: LiveCall | undefined;
  /** The most bytes of an answer that are read at all. */
  readonly mostBytes: number;
  readonly nature: RequestNature | undefined;
}

/** The options of `fetch` that the cache decides on. */
export interface FetchChanges {
  readonly headers?: Headers;
  readonly cache: CacheMode;
}

/** How one request of `fetch` goes out, and what is to know of it. */
interface FetchSending {
  readonly signal: AbortSignal | undefined;
  send(signal: AbortSignal | undefined, changes?: FetchChanges, line?: RateLine): Promise<Response>;
  observe(response: Response): void;
  /** The requests that the call has noted. */
  readonly noted: SentRequest[];
}

/** One `fetch` on its way through the cache, with all its redirects: each of them is a request of its own. */
export class CachedFetch {
  private end: (() => void) | undefined;

  constructor(
    private readonly cache: HttpCache,
    private readonly of: FetchParts,
  ) {}

  /** Whether a response is tied to a request that others may have waited for: its end is to be told by `release`. */
  get isFollowed(): boolean {
    return this.end !== undefined;
  }

  release(): void {
    this.end?.();
    this.end = undefined;
  }

  /** Answers a GET or HEAD request: with a stored answer, or the provider's own. */
  async answer(request: OutgoingRequest, sending: FetchSending): Promise<Response> {
    const { call, mostBytes } = this.of;
    const { headers, method, url } = request;
    const { signal } = sending;
    const cacheable = this.requestOf(request);
    if (cacheable === undefined) {
      const response = await this.send({ ...sending, method }, signal, { cache: modeToSend(request.cacheMode) });
      sending.observe(response);
      return response;
    }
    // For several callers, or later, is sent what was asked for now.
    const asked = new Headers(headers);
    addWish(asked, request.cacheMode);
    const send = async ({ headers: conditions, signal: aborting, line }: Sending) => {
      const carried = new Headers(asked);
      for (const [name, value] of Object.entries(conditions)) carried.set(name, value);
      const response = await this.send(
        { ...sending, method },
        aborting,
        { headers: carried, cache: 'force-cache' },
        line,
      );
      sending.observe(response);
      return new FetchAnswer(response, mostBytes);
    };
    const given = await this.cache.answer(cacheable, send, { call, signals: signal === undefined ? [] : [signal] });
    if (given.from === 'provider') {
      this.release();
      this.end = given.release;
      return given.raw;
    }
    if (given.from === 'cache')
      return givenResponse(given.stored, given.headers, { method, url: withoutFragment(url) });
    if (request.cacheMode === 'only-if-cached') throw notCached();
    const timeout = { status: 504, statusText: 'Gateway Timeout', body: new Uint8Array() };
    return givenResponse(timeout, {}, { method, url: withoutFragment(url) });
  }

  /** A request was answered: one that changes something puts answers out of date. */
  sent({ method, url }: OutgoingRequest, response: Response, observe: () => void): void {
    // Its own requests are observed where the cache sends them.
    if (isRead(method)) return;
    observe();
    if (isSafe(method) || this.of.nature?.repeatable === true) return;
    this.cache.changed(withoutFragment(url), {
      status: response.status,
      headers: Object.fromEntries(response.headers),
    });
  }

  private requestOf(request: OutgoingRequest): CacheRequest | undefined {
    const { provider, call } = this.of;
    const { method, url, headers, cacheMode: mode } = request;
    const tenant = call?.key;
    return this.cache.requestOf(
      {
        ...{ provider, tenant, method, mode, client: 'fetch' },
        url: withoutFragment(url),
        headers: Object.fromEntries(headers),
      },
      request.uncacheable,
    );
  }

  /** The request is one of the call that it is made in: of the caller, or of what is done for several of them. */
  private send(
    { send, noted, method }: FetchSending & { readonly method: string },
    ...[signal, changes, line]: Parameters<FetchSending['send']>
  ): Promise<Response> {
    const call = currentLiveCall() ?? this.of.call;
    const sent = call?.sending(method, this.of.nature);
    if (sent !== undefined) noted.push(sent);
    return send(signal, changes, line);
  }
}

/** Caches on the way are told as `fetch` tells them. Source: WHATWG Fetch, "HTTP-network-or-cache fetch". */
function addWish(headers: Headers, mode: CacheMode): void {
  if (mode === 'no-cache' && !headers.has('cache-control')) headers.set('cache-control', 'max-age=0');
  if (mode !== 'reload') return;
  if (!headers.has('pragma')) headers.set('pragma', 'no-cache');
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-cache');
}

/** The modes that speak of a cache of `fetch` itself, of which there is none here. */
function modeToSend(mode: CacheMode): CacheMode {
  return mode === 'only-if-cached' ? 'default' : mode;
}

function notCached(): TypeError {
  return new TypeError('fetch failed', {
    cause: new Error('there is no stored answer, and only-if-cached was asked for'),
  });
}
