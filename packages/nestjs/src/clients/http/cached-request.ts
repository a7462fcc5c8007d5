import {
  requestingCall,
  isOwnCredential,
  isRead,
  isSafe,
  noteAnswer,
  noteCredential,
  noteGiven,
  withoutFragment,
  type CacheMode,
  type CacheRequest,
  type HttpCache,
  type LiveCall,
  type LiveProvider,
  type RateLine,
  type Sending,
} from '@breakwater/core/adapter';
import { announce } from './announced-request.js';
import type { AxiosAdapter, AxiosAnswer, AxiosRequest } from './axios-types.js';
import { CachedAnswer, dataFor, plainHeaders } from './cached-answer.js';
import { CallSignal } from './call-signal.js';
import type { HttpClientPackages } from './load-http-client.js';

export interface CachedRequestParts {
  readonly cache: HttpCache;
  readonly provider: LiveProvider;
  readonly call: LiveCall | undefined;
  readonly axios: HttpClientPackages['axios'];
  /** Whether each request draws from the rate limit. */
  readonly isLimited: boolean;
  /** Whether it goes over connections of its caller's own, by which a provider may tell who asks. */
  readonly hasOwnConnection: boolean;
  /** The whole URL, where it can be made. */
  readonly url: string;
}

/** One request of axios on its way through the cache. */
export class CachedRequest {
  private readonly send: AxiosAdapter;

  constructor(
    private readonly config: AxiosRequest,
    private readonly of: CachedRequestParts,
  ) {
    this.send = of.axios.getAdapter(config.adapter, config);
    // axios itself looks whether the request was aborted.
    if (of.call !== undefined && isReadOf(config) && !config.signal) config.signal = new CallSignal(of.call);
  }

  /** The adapter of a GET or HEAD request: it gets a stored answer, or the provider's own. */
  readonly answering: AxiosAdapter = async (request) => {
    const { cache, call } = this.of;
    // A request that is not sent is seen by nothing else.
    if (call !== undefined) this.noteCredential(call, request);
    const cacheable = this.requestOf(request);
    const signals = [request.signal, ...(call === undefined ? [] : [new CallSignal(call)])].filter(
      (signal) => signal !== undefined,
    );
    if (cacheable === undefined) return this.uncached(request, call);
    const given = await cache.answer(cacheable, (sending) => this.sent(request, sending), { call, signals });
    if (given.from === 'provider') {
      given.release();
      return this.settled(given.raw, request);
    }
    const head =
      given.from === 'cache'
        ? { status: given.stored.status, statusText: given.stored.statusText, headers: { ...given.headers } }
        : { status: 504, statusText: 'Gateway Timeout', headers: {} };
    if (call !== undefined) noteAnswer(call, { method: methodOf(request), ...head });
    const body = given.from === 'cache' && methodOf(request) !== 'HEAD' ? given.stored.body : undefined;
    const data = dataFor(request, body ?? new Uint8Array());
    return this.settled({ ...head, data, config: request } as AxiosAnswer, request);
  };

  private noteCredential(call: LiveCall, request: AxiosRequest): void {
    const headers = tellingHeaders(request);
    noteCredential(call, {
      header: (name) => headers[name],
      isOwn: (name, value) => isOwnCredential(this.of.provider.http, name, value),
    });
  }

  /** Has the answer to a request that changes something put stored answers out of date. */
  tellOfChange(): void {
    const { config, of } = this;
    const url = urlOf(of.url);
    if (isSafe(methodOf(config)) || url === undefined) return;
    const send = of.axios.getAdapter(config.adapter, config);
    config.adapter = async (request) => {
      const answer = await send(request);
      of.cache.changed(url, { status: answer.status, headers: plainHeaders(answer.headers) });
      return answer;
    };
  }

  private requestOf(request: AxiosRequest): CacheRequest | undefined {
    const { cache, call, provider, hasOwnConnection, url: given } = this.of;
    const url = urlOf(given);
    if (url === undefined) return undefined;
    const mode = modeOf(request);
    const tenant = call?.key;
    const client = { provider: provider.name, tenant, method: methodOf(request), mode, client: 'axios', url } as const;
    const past = hasOwnConnection ? 'connection' : hasBody(request) ? 'body' : undefined;
    return cache.requestOf(
      { ...client, headers: tellingHeaders(request) },
      past ?? (request.decompress === false ? 'encoding' : undefined),
    );
  }

  /** The request goes past the cache. */
  private uncached(request: AxiosRequest, call: LiveCall | undefined): Promise<AxiosAnswer> {
    if (call === undefined) return this.limited(request, request.signal as AbortSignal | undefined);
    announce(call, request);
    const { signal } = request;
    if (signal instanceof CallSignal || signal === undefined) {
      return this.limited({ ...request, signal: call.signal }, call.signal);
    }
    return this.limited(request, signal as AbortSignal);
  }

  /** Sends the request for all that wait for its answer: with the body as bytes, whatever the status. */
  private async sent(request: AxiosRequest, { headers, signal, line }: Sending): Promise<CachedAnswer> {
    const { provider } = this.of;
    const call = requestingCall();
    if (call !== undefined) announce(call, request);
    const carried = request.headers.concat(headers);
    const asked = { ...request, headers: carried, signal, responseType: 'arraybuffer', validateStatus: null } as const;
    const answer = await this.limited(asked, signal, line);
    const told = { status: answer.status, headers: answer.headers as Record<string, string> };
    if (!provider.seesAnswers) provider.observe(told);
    return new CachedAnswer(answer, request);
  }

  private limited(request: AxiosRequest, signal: AbortSignal | undefined, line?: RateLine): Promise<AxiosAnswer> {
    const { isLimited, provider } = this.of;
    const send = () => {
      line?.goes();
      return this.send(request);
    };
    return isLimited ? provider.requestLimit.send(send, signal, line?.waits) : send();
  }

  /** Rejects where the request does not take the status, as axios does. Source: axios, `core/settle.js`. */
  private settled(answer: AxiosAnswer, request: AxiosRequest): AxiosAnswer {
    const { status } = answer;
    // It was observed when it came.
    noteGiven(answer);
    if (request.validateStatus?.(status) !== false) return answer;
    const code = status >= 400 && status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE';
    const { AxiosError } = this.of.axios;
    throw new AxiosError(`Request failed with status code ${status}`, code, request, answer.request, answer);
  }
}

/** As the option of `fetch` that axios hands on says it. */
function modeOf({ fetchOptions }: AxiosRequest): CacheMode {
  return (fetchOptions as { readonly cache?: CacheMode } | undefined)?.cache ?? 'default';
}

/**
 * The headers by which the provider can tell who asks, and the proxy, by whose address it can, too. axios makes a
 * header of `auth` as it sends.
 */
function tellingHeaders({ headers, auth, proxy }: AxiosRequest): Record<string, string> {
  return {
    ...plainHeaders(headers.toJSON()),
    ...(auth && { authorization: `${auth.username}:${auth.password}` }),
    ...(typeof proxy === 'object' && { ':proxy': JSON.stringify(proxy) }),
  };
}

function urlOf(url: string): string | undefined {
  return URL.canParse(url) ? withoutFragment(new URL(url)) : undefined;
}

function hasBody({ data }: AxiosRequest): boolean {
  return data !== undefined && data !== null;
}

function isReadOf(config: AxiosRequest): boolean {
  return isRead(methodOf(config));
}

function methodOf({ method = 'get' }: AxiosRequest): string {
  return method.toUpperCase();
}
