import { UNNAMED_ARGS, type Call } from '../engine/call.js';
import { currentLiveCall } from '../engine/current-call.js';
import type { ObserveCalls } from '../engine/attempt/call-observer.js';
import { createEnvironment, type ChangingParts } from './create-environment.js';
import { EventHub } from '../events/event-hub.js';
import type { PolicySnapshot, ResilienceEvent } from '../policies/policy-telemetry.js';
import type { CallOrigin, ResultReading } from '../engine/call-origin.js';
import { noteAnswer } from '../engine/requests/note-answer.js';
import { LiveCall, type LiveWork } from '../engine/live-call.js';
import { learnFromAnswer } from './learn-from-answer.js';
import { OperationPipelines } from './operation-pipelines.js';
import { runTied } from './run-tied.js';
import { MethodLinker } from './method-linker.js';
import { noteOrigin } from './provider-of-call.js';
import type { MethodPlan } from './method-plan.js';
import type { Pipeline } from '../engine/pipeline.js';
import type { CacheSelection } from '../policies/cache/invalidator.js';
import type { CircuitBreaker, CircuitHandle } from '../policies/circuit-breaker/circuit-breaker.js';
import type { Environment } from '../engine/policy.js';
import { emitWarning } from 'node:process';
import type { WireListener } from '../engine/requests/wire-listener.js';
import { sharedAnswersOf } from '../cache-storage/shared-answers.js';
import { ANSWERS } from '../cache-storage/answer-storage.js';
import { absoluteUrl } from '../http/absolute-url.js';
import { urlTag, withoutFragment } from '../http/cache/cache-request.js';
import { HttpCache } from '../http/cache/http-cache.js';
import { isGiven } from '../http/cache/given-response.js';
import { providerFetch } from '../http/provider-fetch.js';
import { accountOf, isOwnCredential, isTokenEndpoint } from '../http/account-of.js';
import { credentialOf, tokenSourceOf } from '../http/credential-of.js';
import { withTokens } from '../http/oauth2/with-tokens.js';
import type { HttpSettings, ProviderHttp } from '../http/provider-http.js';
import { ProviderCache } from './provider-cache.js';
import { ProviderWire } from '../http/wire/provider-wire.js';
import { watchWire } from '../http/wire/watch-wire.js';
import { RequestLimit } from './request-limit.js';
import type { RateLimit } from '../policies/rate-limit/rate-limit.js';
import type { RateLimitHandle } from '../policies/rate-limit/rate-limit-handle.js';
import {
  ResilientProvider,
  type ExecuteOptions,
  type ObservedAnswer,
  type ObservedCall,
  type ProviderSnapshot,
} from './resilient-provider.js';
import type { ProviderPatch } from './provider-options.js';
import type { ProviderParts } from './provider-parts.js';
import type { Fault } from '../settings/fault.js';
import type { Layer } from '../settings/merge-settings.js';

const NO_HTTP: HttpSettings = Object.freeze({});
/** The parts of a call of one operation. */
interface CallParts {
  readonly operation: string;
  readonly args: readonly unknown[];
  readonly work: LiveWork;
}

const NO_OPTIONS: ExecuteOptions = Object.freeze({});

/** The engine's side of a provider: adapters make its pipelines and send calls through them. */
export class LiveProvider extends ResilientProvider {
  readonly name: string;
  readonly events: EventHub<ResilienceEvent>;
  readonly faults: readonly Fault[];
  private readonly environment: Environment;
  private readonly linker: MethodLinker;
  readonly fetch: typeof globalThis.fetch;
  /** Admits single requests where `http.limitEachRequest` says so. */
  readonly requestLimit: RequestLimit;
  /** How it is reached over HTTP. */
  readonly http: ProviderHttp;
  override readonly cache: ProviderCache;
  private readonly wire: ProviderWire;
  private readonly watches: boolean;
  /** Make the calls whose results are to be read in a way of their own. */
  private readonly otherOrigins: CallOrigin[] = [];
  private readonly pipelines: OperationPipelines;
  private responses: HttpCache | undefined;

  constructor(parts: ProviderParts) {
    super();
    this.name = parts.name;
    this.events = parts.events ?? new EventHub();
    const changing: ChangingParts = { classify: undefined, wire: () => this.watching };
    this.environment = createEnvironment(parts, this.events, changing);
    noteOrigin(this.environment, this);
    this.linker = new MethodLinker(parts, this.environment, changing);
    this.cache = new ProviderCache(
      this.linker,
      this.environment,
      () => this.responses,
      (url) => urlTag(withoutFragment(absoluteUrl(url, this.http.settings()?.baseUrl))),
    );
    this.faults = this.linker.faults;
    this.pipelines = new OperationPipelines(this.linker, this.faults);
    const http = parts.http ?? {
      settings: () => this.linker.http,
      credential: () => credentialOf(this.linker.http?.auth),
      tokens: () => tokenSourceOf(this.linker.http?.auth),
    };
    changing.identity = accountOf(http, this.name);
    const { clock, store, random, emit } = this.environment;
    this.http = withTokens(http, { provider: this.name, clock, store, random, emit });
    this.wire = new ProviderWire(this.http.settings() ?? {}, {
      emit: this.environment.emit,
      warn: parts.warn ?? ((message) => emitWarning(message, 'BreakwaterWarning')),
      isOwnCredential: (name, value, origin) =>
        isOwnCredential(this.http, name, value) || isTokenEndpoint(http, origin),
      learn: (call, { method, status, headers }) => {
        noteAnswer(call as LiveCall, { method, status: status!, headers });
        this.learn({ status: status!, headers: headers as ObservedAnswer['headers'] }, call);
      },
    });
    this.requestLimit = new RequestLimit(this.name, {
      pipelineOf: (operation) => this.pipelines.requestPipelineOf(operation),
      newCall: this.newCall.bind(this),
      run: this.run.bind(this),
    });
    this.fetch = providerFetch({
      provider: this.name,
      http: this.http,
      limited: (send, signal, waits) => this.requestLimit.send(send, signal, waits),
      cache: () => this.httpCache,
      observe: (answer) => {
        if (!this.seesAnswers) this.observe(answer);
      },
    });
    this.watches = parts.trackCalls === true;
    if (this.watches && this.http.settings()?.watch !== false) watchWire();
  }

  /** The cache of its HTTP clients, with the settings of the moment; `undefined` where they ask for none. */
  get httpCache(): HttpCache | undefined {
    const settings = this.http.settings()?.cache;
    if (settings === undefined) return undefined;
    const { clock, emit, shared } = this.environment;
    this.responses ??= new HttpCache(settings, {
      ...{ clock, emit, storage: shared(ANSWERS) },
      shared: () => sharedAnswersOf(this.environment),
    });
    this.responses.configure(settings);
    return this.responses;
  }

  override get enabled(): boolean {
    return this.linker.enabled;
  }

  override get circuitBreaker(): CircuitHandle | undefined {
    return this.linker.shared('circuitBreaker') as CircuitBreaker | undefined;
  }

  override execute<T>(run: (call: Call) => Promise<T> | T, options: ExecuteOptions = NO_OPTIONS): Promise<T> {
    const { operation = 'execute', signal, args = UNNAMED_ARGS, protocol, stream, key, idempotencyKey } = options;
    let pipeline: Pipeline;
    try {
      pipeline = this.pipelines.pipelineOf(operation, options.policies);
    } catch (error) {
      return Promise.reject(error);
    }
    if (pipeline.peek !== undefined && key === undefined && idempotencyKey === undefined && signal === undefined) {
      const known = currentLiveCall() === undefined ? pipeline.peek(operation, args) : undefined;
      if (known !== undefined) return known as Promise<T>;
    }
    const call =
      protocol === undefined && stream === undefined
        ? this.newCall(operation, args, run)
        : this.newCallRead({ protocol, stream }, { operation, args, work: run });
    call.key = key;
    // Also where the policy, which says so too, is left out or switched off.
    if (idempotencyKey !== undefined) this.carryKey(call, idempotencyKey);
    return this.run(pipeline, call, signal) as Promise<T>;
  }

  /** Makes the pipeline of one method. Adds to `faults` what is wrong with its plan. */
  pipelineFor(plan: MethodPlan, faults: Fault[]): Pipeline {
    return this.linker.pipelineFor(plan, faults);
  }

  /** Makes a call of one of the provider's operations. */
  newCall(operation: string, args: readonly unknown[], work: LiveWork): LiveCall {
    return new LiveCall(this.environment, operation, args, work);
  }

  /** The same for an operation whose results are to be read in a way of its own. */
  newCallRead({ protocol, stream }: ResultReading, { operation, args, work }: CallParts): LiveCall {
    let origin = this.otherOrigins.find((made) => made.protocol === protocol && made.stream === stream);
    if (origin === undefined) {
      origin = { ...this.environment, protocol, stream };
      noteOrigin(origin, this);
      this.otherOrigins.push(origin);
    }
    return new LiveCall(origin, operation, args, work);
  }

  /** Has a call carry the key of its operation to the provider. */
  carryKey(call: LiveCall, value: string): void {
    call.carriedKey = { value, ...this.linker.keyPlace(call.operation), ofThisCall: false };
  }

  /** Sends a call through a pipeline, tied to the caller's signal and to the call in whose method this happens. */
  run(pipeline: Pipeline, call: LiveCall, signal?: AbortSignal): Promise<unknown> {
    const outer = currentLiveCall();
    if (outer === undefined && signal === undefined) return pipeline.run(call);
    call.noteCaller();
    // Work left behind by a call that has ended is independent. Work that runs on after an abort stays aborted.
    const parent = outer?.ended && !outer.runsAfterAbort ? undefined : outer;
    if (parent === undefined && signal === undefined) return pipeline.run(call);
    return runTied(pipeline, call, { parent, signal });
  }

  /**
   * Whether answers to the call in which this is asked are seen on the wire, so that they need not be shown to
   * `observe`.
   */
  get seesAnswers(): boolean {
    const call = currentLiveCall();
    if (call === undefined || call.ended || this.watching === undefined) return false;
    return call.origin === this.environment || this.otherOrigins.includes(call.origin);
  }

  override observe(response: ObservedAnswer, of: ObservedCall = {}): void {
    // It was observed when it came.
    if (this.responses !== undefined && isGiven(response)) return;
    this.learn(response, currentLiveCall(), of);
  }

  /** The listener to the wire as it is now; `undefined` where there is nothing to listen for. */
  private get watching(): WireListener | undefined {
    if (!this.watches || !this.enabled) return undefined;
    const settings = this.http.settings() ?? NO_HTTP;
    if (settings.watch === false) return undefined;
    this.wire.configure(settings);
    return this.wire;
  }

  private learn(response: ObservedAnswer, answered: Call | undefined, of: ObservedCall = {}): void {
    const call = answered?.provider === this.name ? (answered as LiveCall) : undefined;
    learnFromAnswer(this.linker, response, { call, of });
  }

  override get rateLimit(): RateLimitHandle | undefined {
    const limits = [...this.linker.live()]
      .map(({ policy }) => policy as RateLimit)
      .filter(({ reset, kind }) => kind === 'rateLimit' && reset !== undefined);
    const [first] = limits;
    if (first === undefined) return undefined;
    return {
      snapshot: () => first.snapshot(this.environment.clock.now()),
      reset: () => {
        for (const limit of limits) limit.reset();
      },
    };
  }

  override invalidate(which: CacheSelection = {}): number {
    return this.cache.invalidateNow(which);
  }

  override snapshot(): ProviderSnapshot {
    const now = this.environment.clock.now();
    const policies = [...this.linker.live()].flatMap(({ policy, operation }) => {
      const own = policy.snapshot?.(now);
      return own === undefined ? [] : [{ kind: policy.kind, ...(operation !== undefined && { operation }), ...own }];
    }) as PolicySnapshot[];
    const httpCache = this.responses?.snapshot();
    return { name: this.name, enabled: this.enabled, policies, ...(httpCache && { httpCache }) };
  }

  override reconfigure(patch: ProviderPatch, faults: readonly Fault[] = []): void {
    this.linker.reconfigure(patch as Layer, faults);
  }

  /** Has an observer watch every call and every attempt from the next one on. */
  observeCalls(observe: ObserveCalls): void {
    this.linker.observeCalls(observe);
  }

  override close(): void {
    this.responses?.close();
    this.linker.close();
  }
}
