import { ANSWERS } from '../cache-storage/answer-storage.js';
import { sharedAnswersOf } from '../cache-storage/shared-answers.js';
import type { LiveCall } from '../engine/live-call.js';
import type { Environment } from '../engine/policy.js';
import { noteAnswer } from '../engine/requests/note-answer.js';
import type { WireListener } from '../engine/requests/wire-listener.js';
import { absoluteUrl } from '../http/absolute-url.js';
import { isOwnCredential, isTokenEndpoint } from '../http/account-of.js';
import { urlTag, withoutFragment } from '../http/cache/cache-request.js';
import { HttpCache } from '../http/cache/http-cache.js';
import { FetchAgents } from '../http/fetch-agent.js';
import { KeyUse } from '../http/key-use.js';
import { withTokens } from '../http/oauth2/with-tokens.js';
import { providerFetch } from '../http/provider-fetch.js';
import type { HttpSettings, ProviderHttp } from '../http/provider-http.js';
import { UntiedRequests } from '../http/wire/untied-requests.js';
import { ProviderWire } from '../http/wire/provider-wire.js';
import { RequestLimit, type RequestLimitParts } from './request-limit.js';
import type { ObservedAnswer } from './resilient-provider.js';

const NO_HTTP: HttpSettings = Object.freeze({});

/** The parts of a provider that its HTTP side needs. */
interface HttpSideParts extends RequestLimitParts {
  readonly environment: Environment;
  /** How the provider is reached, as its settings or its adapter have it. */
  readonly http: ProviderHttp;
  /** Tells the operator of a mistake in how a client is used. */
  warn(message: string): void;
  /** Learns from an answer: to a call, where the wire has shown it, otherwise to the current one. */
  learn(answer: ObservedAnswer, call?: LiveCall): void;
}

/**
 * The HTTP side of a provider: how it is reached, its `fetch`, the cache of its clients, and the requests of its calls
 * as the wire shows them. Made when it is first asked for: many providers are never reached by it.
 */
export class HttpSide {
  readonly http: ProviderHttp;
  readonly fetch: typeof globalThis.fetch;
  /** Admits single requests where `http.limitEachRequest` says so. */
  readonly requestLimit: RequestLimit;
  /** The cache of its HTTP clients, where it was ever asked for. */
  standingCache: HttpCache | undefined = undefined;
  /** Keeps keys with the requests that they belong to. */
  readonly keyUse: KeyUse;
  private readonly untied = new UntiedRequests();
  private standingWire: ProviderWire | undefined = undefined;
  private readonly agents: FetchAgents;

  constructor(private readonly parts: HttpSideParts) {
    const { environment } = parts;
    const { provider, clock, store, random, emit } = environment;
    this.agents = new FetchAgents(provider);
    this.http = withTokens(parts.http, this.agents, { provider, clock, store, random, emit });
    this.requestLimit = new RequestLimit(provider, parts);
    this.keyUse = new KeyUse({ provider, untied: this.untied, wire: () => environment.wire?.() });
    this.fetch = providerFetch({
      provider,
      keyUse: this.keyUse,
      http: this.http,
      agents: this.agents,
      limited: (send, signal, waits) => this.requestLimit.send(send, signal, waits),
      cache: () => this.cache,
      observe: (answer) => parts.learn(answer),
    });
  }

  /** The cache of its HTTP clients, with the settings of the moment; `undefined` where they ask for none. */
  get cache(): HttpCache | undefined {
    const settings = this.http.settings()?.cache;
    if (settings === undefined) return undefined;
    const { environment } = this.parts;
    const { clock, emit, shared } = environment;
    this.standingCache ??= new HttpCache(settings, {
      ...{ clock, emit, storage: shared(ANSWERS) },
      shared: () => sharedAnswersOf(environment),
    });
    this.standingCache.configure(settings);
    return this.standingCache;
  }

  /** The tag of kept answers to a URL, absolute or below the base URL. */
  tagOf(url: string): string {
    return urlTag(withoutFragment(absoluteUrl(url, this.http.settings()?.baseUrl)));
  }

  /** The listener to the wire, with the settings of the moment; `undefined` where they ask for none. */
  get wire(): WireListener | undefined {
    const settings = this.http.settings() ?? NO_HTTP;
    if (settings.watch === false) return undefined;
    this.standingWire ??= this.newWire(settings);
    this.standingWire.configure(settings);
    return this.standingWire;
  }

  /** Closes connections that are idle, and whatever its cache keeps open. */
  close(): void {
    this.agents.close();
    this.standingCache?.close();
  }

  private newWire(settings: HttpSettings): ProviderWire {
    const { environment, http, warn, learn } = this.parts;
    return new ProviderWire(settings, {
      emit: environment.emit,
      warn,
      untied: this.untied,
      isOwnCredential: (name, value, origin) =>
        isOwnCredential(this.http, name, value) || isTokenEndpoint(http, origin),
      learn: (call, { method, status, headers }) => {
        noteAnswer(call as LiveCall, { method, status: status!, headers });
        learn({ status: status!, headers: headers as ObservedAnswer['headers'] }, call as LiveCall);
      },
    });
  }
}
