import { requestingCall } from '../engine/current-call.js';
import { noteAnswer, noteCredential } from '../engine/requests/note-answer.js';
import type { LiveCall } from '../engine/live-call.js';
import type { HeadersLike } from '../headers/headers.js';
import { absoluteUrl } from './absolute-url.js';
import { isOwnCredential } from './account-of.js';
import { bothSignals } from './both-signals.js';
import { boundedResponse } from './bounded-response.js';
import { CachedFetch, type FetchChanges } from './cache/cached-fetch.js';
import { isGiven } from './cache/given-response.js';
import type { HttpCache } from './cache/http-cache.js';
import type { RateLine } from './cache/live-answer.js';
import { isRead } from '../outcome/request-method.js';
import type { FetchAgents } from './fetch-agent.js';
import type { FetchAgent } from './held-agent.js';
import { OutgoingRequest, type FetchInit, type FetchInput } from './outgoing-request.js';
import { HTTP_DEFAULTS } from './http.options.js';
import type { KeyUse } from './key-use.js';
import { NotedRequests } from './noted-requests.js';
import { withholdsKey } from './withholds-key.js';
import type { HttpSettings, ProviderHttp } from './provider-http.js';
import { requestHeaders, requestKey } from './request-headers.js';
import { natureIn } from '../outcome/request-nature.js';
import { isSingleUseBody } from './single-use-body.js';
import { noteReceived } from '../engine/requests/note-request.js';

export interface ProviderFetchParts {
  readonly provider: string;
  readonly http: ProviderHttp;
  readonly agents: FetchAgents;
  readonly keyUse: KeyUse;
  /** Sends once the provider's rate limit admits a request. `waits` is told where it does not at once. */
  limited(send: () => Promise<Response>, signal: AbortSignal | undefined, waits?: () => void): Promise<Response>;
  /** The cache that `http.cache` of the settings asks for. */
  cache(): HttpCache | undefined;
  /** Shows the provider an answer, unless it has seen it on the wire. */
  observe(answer: { readonly status: number; readonly headers: HeadersLike }): void;
}

const NO_SETTINGS: HttpSettings = Object.freeze({});
const MOST_REDIRECTS = 20;
const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);

/**
 * A `fetch` that knows its provider: base URL, credential, the signal and the idempotency key of the current call, the
 * running trace, and what the answers say about rate limits. Its answers are bounded, and so are its connections.
 * Settings and secrets are read for each request.
 */
export function providerFetch(parts: ProviderFetchParts): typeof globalThis.fetch {
  return async (input: FetchInput, init?: FetchInit) => {
    const { provider, http, agents } = parts;
    const settings = http.settings() ?? NO_SETTINGS;
    const call = requestingCall();
    const { baseUrl } = settings;
    const waits = http.ready?.(() => isOwn(input, baseUrl));
    if (waits !== undefined) await waits;
    const nature = natureIn(init);
    const headersFor = (method: string) => requestHeaders(http, settings, { provider, method, call, nature });
    const keyFor = (method: string) => requestKey(call, { provider, method, nature });
    const request = new OutgoingRequest({ baseUrl, headersFor, keyFor }, input, init);
    if (request.signal?.aborted === true) {
      call?.askedTooLate();
      throw request.signal.reason;
    }
    const withheld = withholdsKey(parts.keyUse, { request, call, nature });
    const carriesKey = withheld ? false : (request.carriesKey ?? nature?.carriesKey);
    const isPlain = nature === undefined && carriesKey === undefined;
    const announced = isPlain ? undefined : { ...nature, carriesKey, over: 'http1' as const };
    const cache = settings.cache === undefined ? undefined : parts.cache();
    // A request that the cache may answer is told of when it is sent.
    const isCached = cache !== undefined && isRead(request.method);
    const noted = isCached ? undefined : call?.sending(request.method, announced);
    if (noted !== undefined && withheld) noted.isKeyWithheld = true;
    const readsOnce = isSingleUseBody(init?.body);
    if (readsOnce) call?.sendOnce();
    const { maxResponseBytes: mostBytes, limitEachRequest: isLimited } = settings;
    const requests = new NotedRequests(call);
    if (noted !== undefined) requests.all.push(noted);
    const held = agents.hold(settings);
    try {
      const agent = await held.agent;
      const cached =
        cache &&
        new CachedFetch(cache, {
          provider,
          call,
          mostBytes: mostBytes ?? HTTP_DEFAULTS.maxResponseBytes,
          nature: announced,
        });
      return await send(parts, { request, call, requests, readsOnce, agent, mostBytes, isLimited, cached });
    } catch (error) {
      requests.failed(error);
      throw error;
    } finally {
      held.release();
      requests.ended();
    }
  };
}

interface Sending {
  readonly request: OutgoingRequest;
  readonly call: LiveCall | undefined;
  readonly requests: NotedRequests;
  /** Whether its body can be read once only. */
  readonly readsOnce: boolean;
  readonly agent: FetchAgent;
  readonly mostBytes: number | undefined;
  readonly isLimited: boolean | undefined;
  /** The way through the cache, where there is one. */
  readonly cached: CachedFetch | undefined;
}

async function send(parts: ProviderFetchParts, sending: Sending): Promise<Response> {
  const { request, call, cached } = sending;
  const sources = [call?.signal, request.signal].filter((signal) => signal !== undefined && signal !== null);
  // One signal needs nothing beside it, and nothing has to be released after the answer.
  const both = sources.length > 1 ? bothSignals(...sources) : undefined;
  try {
    if (call !== undefined) noteOwn(parts.http, call, request);
    const response = await followed(parts, sending, both?.signal ?? sources[0]);
    // Out of the cache, too: no request of it is seen on the wire.
    if (call !== undefined) noteAnswer(call, { method: request.method, ...headOf(response) });
    const onEnd = () => {
      both?.release();
      cached?.release();
    };
    if (cached !== undefined && isGiven(response)) {
      onEnd();
      return response;
    }
    const bound = {
      provider: parts.provider,
      mostBytes: sending.mostBytes ?? HTTP_DEFAULTS.maxResponseBytes,
      onEnd,
    };
    const bounded = await boundedResponse(response, bound, both !== undefined || cached?.isFollowed === true);
    if (call !== undefined) noteReceived(call, bounded);
    return bounded;
  } catch (error) {
    both?.release();
    cached?.release();
    throw error;
  }
}

/** Redirects are followed here: `fetch` would carry the provider's own headers to another origin. */
async function followed(
  parts: ProviderFetchParts,
  { request, requests, agent, isLimited, cached, readsOnce }: Sending,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let mayRenew = true;
  const sendOnce = (aborting: AbortSignal | undefined, changes?: FetchChanges, line?: RateLine) => {
    const { url } = request;
    const init = {
      ...request.initFor(aborting),
      ...changes,
      ...(agent.dispatcher !== undefined && { dispatcher: agent.dispatcher }),
    };
    const fetchOnce = () => {
      line?.goes();
      requests.goes();
      return agent.fetch(url, init as RequestInit);
    };
    return isLimited === true ? parts.limited(fetchOnce, aborting, line?.waits) : fetchOnce();
  };
  for (let redirects = 0; ; redirects++) {
    const response = await (cached !== undefined && isRead(request.method)
      ? cached.answer(request, { signal, send: sendOnce, observe: parts.observe, noted: requests.all })
      : sendOnce(signal));
    requests.answered();
    if (cached === undefined) parts.observe(response);
    else cached.sent(request, response, () => parts.observe(response));
    if (response.status === 401 && mayRenew) {
      mayRenew = false;
      if ((await renewedCredential(parts.http, request)) && !readsOnce) {
        await response.body?.cancel();
        if (cached === undefined || !isRead(request.method)) requests.goesAgain(request.method);
        continue;
      }
    }
    if (!isRedirect(response.status) || request.redirect === 'manual') return response;
    if (request.redirect === 'error' || redirects === MOST_REDIRECTS) {
      await response.body?.cancel();
      const why = request.redirect === 'error' ? 'unexpected redirect' : 'too many redirects';
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error(why), { code: 'ERR_FR_TOO_MANY_REDIRECTS' }),
      });
    }
    if (!request.follow(response.status, response.headers.get('location'))) return response;
    await response.body?.cancel();
  }
}

/** Notes the credential of a request, which the wire does not show where calls are not tracked. */
function noteOwn(http: ProviderHttp, call: LiveCall, { headers }: OutgoingRequest): void {
  noteCredential(call, {
    header: (name) => headers.get(name) ?? undefined,
    isOwn: (name, value) => isOwnCredential(http, name, value),
  });
}

function headOf({ status, headers }: Response): Pick<Response, 'status' | 'headers'> {
  return { status, headers };
}

/** Whether a request goes to the provider itself, as far as its URL says so. */
function isOwn(input: FetchInput, baseUrl: string | undefined): boolean {
  if (baseUrl === undefined) return false;
  const url = input instanceof Request ? input.url : String(input);
  return absoluteUrl(url, baseUrl).origin === new URL(baseUrl).origin;
}

/** Whether a request that was refused for its credential carries another one now. */
async function renewedCredential(http: ProviderHttp, request: OutgoingRequest): Promise<boolean> {
  const used = request.credential;
  if (used === undefined || (await http.renew?.(used.value)) !== true) return false;
  request.credential = http.credential();
  return true;
}
