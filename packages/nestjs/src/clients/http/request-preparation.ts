import type { RequestNature } from '@breakwater/core';
import {
  HTTP_DEFAULTS,
  isRead,
  isSafe,
  isSingleUseBody,
  keyedRecord,
  keyedText,
  KEY_HEADER,
  requestHeaders,
  requestingCall,
  requestKey,
  setTraceHeaders,
  type Credential,
  type HttpCache,
  type LiveCall,
  type ProviderHttp,
} from '@breakwater/core/adapter';
import type { ResilienceParts } from '../../providers/resilience-parts.js';
import { announce, type NotedRequest } from './announced-request.js';
import type { AxiosAdapter, AxiosInstance, AxiosRequest } from './axios-types.js';
import { CachedRequest } from './cached-request.js';
import { CallSignal } from './call-signal.js';
import { Connections } from './connections.js';
import type { HttpSettings } from './http.options.js';
import { httpSection } from './http.section.js';
import type { HttpClientPackages } from './load-http-client.js';
import { isSameOrigin, stripOnRedirect } from './origin.js';
import { withBothSignals } from './with-both-signals.js';
import { withOwnKey } from './with-own-key.js';
import { withRenewedCredential } from './with-renewed-credential.js';

export interface PreparationParts {
  readonly parts: ResilienceParts;
  readonly provider: string;
  readonly axios: HttpClientPackages['axios'];
}

/** A request to the provider itself, and the call that sends it. */
interface OwnRequest {
  readonly config: AxiosRequest;
  readonly settings: HttpSettings;
  readonly baseUrl: string;
  readonly call: LiveCall | undefined;
  readonly noted: NotedRequest | undefined;
  readonly placed: PlacedKey | undefined;
}

/** Whether the body carries the call's key, and the body without it. */
interface PlacedKey {
  readonly carriesKey: boolean;
  readonly plain: { readonly data: unknown } | undefined;
}

/** Prepares the requests of one axios instance as its provider wants them. */
export class RequestPreparation {
  private readonly http: ProviderHttp;
  private readonly baseUrlAtStart: string | undefined;
  private readonly connections: Connections;

  constructor(
    private readonly of: PreparationParts,
    private readonly instance: AxiosInstance,
  ) {
    this.http = of.parts.registry.provider(of.provider).http;
    this.baseUrlAtStart = instance.defaults.baseURL;
    this.connections = new Connections(of.parts.clock);
    of.parts.onClose(() => this.connections.close());
  }

  /**
   * Settings and secrets are read for each request. Throws where a secret cannot be had. As one step that waits for
   * nothing: axios makes a promise for each that might.
   */
  readonly prepare = (config: AxiosRequest): AxiosRequest => {
    const { parts, provider } = this.of;
    const settings = parts.sections.get(provider, httpSection)!;
    const call = requestingCall();
    if (config.baseURL === this.baseUrlAtStart && settings.baseUrl !== undefined) config.baseURL = settings.baseUrl;
    const placed = placeKey(config, call, { provider, baseUrl: settings.baseUrl });
    const nature = placed && { carriesKey: placed.carriesKey };
    const cache = settings.cache === undefined ? undefined : parts.registry.provider(provider).httpCache;
    const isCached = cache !== undefined && isRead(methodOf(config)) && config.responseType !== 'stream';
    // A request that the cache may answer is told of when it is sent.
    const noted = isCached ? undefined : call && this.announce(call, config, { settings, nature });
    const cached = cache && this.cachedRequest(cache, config, { settings, call });
    if ((config.maxContentLength ?? -1) < 0)
      config.maxContentLength = settings.maxResponseBytes ?? HTTP_DEFAULTS.maxResponseBytes;
    Object.assign(config, this.connections.for(settings, config));
    setTraceHeaders((name, value) => config.headers.set(name, value, false));
    const { baseUrl } = settings;
    if (cached !== undefined && isCached) config.adapter = cached.answering;
    if (baseUrl !== undefined && isSameOrigin(config, baseUrl))
      this.addOwn({ config, settings, baseUrl, call, noted, placed });
    if (settings.limitEachRequest === true && !isCached) this.limit(config);
    if (cached !== undefined && !isCached) cached.tellOfChange();
    return config;
  };

  private cachedRequest(
    cache: HttpCache,
    config: AxiosRequest,
    { settings, call }: { settings: HttpSettings; call: LiveCall | undefined },
  ): CachedRequest {
    const { parts, provider, axios } = this.of;
    const isLimited = settings.limitEachRequest === true;
    const connection = config.httpAgent ?? config.httpsAgent ?? config.socketPath ?? undefined;
    return new CachedRequest(config, {
      ...{ cache, call, axios, isLimited, hasOwnConnection: connection !== undefined },
      provider: parts.registry.provider(provider),
      url: this.instance.getUri(config),
    });
  }

  /** A request is sent by the call in whose method it is made, and aborted with it. */
  private announce(
    call: LiveCall,
    config: AxiosRequest,
    { settings: { limitEachRequest }, nature }: { settings: HttpSettings; nature: RequestNature | undefined },
  ): NotedRequest | undefined {
    if (config.signal?.aborted === true) {
      // axios finds that, too.
      call.askedTooLate();
      return undefined;
    }
    const noted = announce(call, config, nature);
    if (isSingleUseBody(config.data)) call.sendOnce();
    if (config.signal) {
      const send = this.of.axios.getAdapter(config.adapter, config);
      config.adapter = withBothSignals(send, call.signal);
    } else {
      // Other adapters may hand it on to what takes the web's signals only.
      const isPlain = isOfAxios(config.adapter) && limitEachRequest !== true;
      config.signal = isPlain ? new CallSignal(call) : call.signal;
    }
    return noted;
  }

  /** Adds the provider's own headers, at once or when its credential is there. */
  private addOwn(own: OwnRequest): void {
    const { config } = own;
    const waits = this.http.ready?.();
    if (waits === undefined) return this.addHeaders(own);
    const send = this.of.axios.getAdapter(config.adapter, config);
    config.adapter = async (request) => {
      await waits;
      request.adapter = send;
      this.addHeaders({ ...own, config: request });
      return (request.adapter as AxiosAdapter)(request);
    };
  }

  private addHeaders(own: OwnRequest): void {
    const { config, settings, baseUrl, call } = own;
    const { provider } = this.of;
    const headers = requestHeaders(this.http, settings, { provider, method: methodOf(config), call });
    // The strongest come last, and may be written in another case than a header that they replace.
    for (let i = headers.length - 1; i >= 0; i--) {
      const { name, value, replaces } = headers[i]!;
      config.headers.set(name, value, replaces ? undefined : false);
    }
    config.beforeRedirect = stripOnRedirect(baseUrl, headers, config.beforeRedirect);
    const credential = headers.find(({ renewable }) => renewable === true);
    if (credential !== undefined) this.renew(own, credential);
    if (!isSafe(methodOf(config))) this.keepKey(own);
  }

  private renew({ config, baseUrl, call, noted }: OwnRequest, credential: Credential): void {
    const again = () => {
      // The next one stands for it.
      if (noted !== undefined) noted.unsent = true;
      call?.sending(methodOf(config), noted?.nature);
    };
    const send = this.of.axios.getAdapter(config.adapter, config);
    const sent = { ...credential, baseUrl, readsOnce: isSingleUseBody(config.data), again };
    config.adapter = withRenewedCredential(send, this.http, sent);
  }

  /** The call's key goes out with the call's own request only. */
  private keepKey({ config, baseUrl, call, noted, placed }: OwnRequest): void {
    const { instance } = this;
    const { parts, provider, axios } = this.of;
    const key = requestKey(call, { provider, method: methodOf(config) });
    const standing = config.headers.get(key?.header ?? KEY_HEADER) ?? undefined;
    // The caller's own wins, and is the caller's business.
    if (standing !== undefined && standing !== key?.value) return;
    const { keyUse } = parts.registry.provider(provider);
    const carriesKey = standing !== undefined || placed?.carriesKey === true;
    if (!carriesKey && call !== undefined && !keyUse.awaitsAny) return;
    const send = axios.getAdapter(config.adapter, config);
    config.adapter = withOwnKey(send, keyUse, { call, noted, carriesKey, plain: placed?.plain, baseUrl, instance });
  }

  /** The request draws from the rate limit, also where it waits in that. */
  private limit(config: AxiosRequest): void {
    const { parts, provider, axios } = this.of;
    const send = axios.getAdapter(config.adapter, config);
    const { requestLimit } = parts.registry.provider(provider);
    config.adapter = (request) => requestLimit.send(() => send(request), request.signal as AbortSignal | undefined);
  }
}

/** Puts the call's key into a body that is to carry it, and tells whether it does; `undefined` where it need not. */
function placeKey(
  config: AxiosRequest,
  call: LiveCall | undefined,
  { provider, baseUrl }: { provider: string; baseUrl: string | undefined },
): PlacedKey | undefined {
  const key = requestKey(call, { provider, method: methodOf(config) });
  if (key === undefined || key.fields.length === 0) return undefined;
  const isOwn = baseUrl !== undefined && isSameOrigin(config, baseUrl);
  const keyed = isOwn ? (keyedRecord(config.data, key) ?? keyedText(config.data, key)) : undefined;
  const plain = keyed && { data: config.data as unknown };
  if (keyed !== undefined) config.data = keyed.body;
  return { carriesKey: keyed?.carriesKey === true, plain };
}

function methodOf({ method = 'get' }: AxiosRequest): string {
  return method.toUpperCase();
}

/** Whether the request is sent by one of the adapters that come with axios, which are given by name. */
function isOfAxios(adapter: AxiosRequest['adapter']): boolean {
  return Array.isArray(adapter) ? adapter.every((each) => typeof each === 'string') : typeof adapter === 'string';
}
