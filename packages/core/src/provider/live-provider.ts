import { emitWarning } from 'node:process';
import type { ObserveCalls } from '../engine/attempt/call-observer.js';
import type { ResultReading } from '../engine/call-origin.js';
import { UNNAMED_ARGS, type Call } from '../engine/call.js';
import { currentLiveCall } from '../engine/current-call.js';
import { keyText } from '../engine/key-text.js';
import { LiveCall, type LiveWork } from '../engine/live-call.js';
import type { Pipeline } from '../engine/pipeline.js';
import type { Environment } from '../engine/policy.js';
import type { WireListener } from '../engine/requests/wire-listener.js';
import { EventHub } from '../events/event-hub.js';
import { accountOf } from '../http/account-of.js';
import { isGiven } from '../http/cache/given-response.js';
import type { HttpCache } from '../http/cache/http-cache.js';
import type { KeyUse } from '../http/key-use.js';
import type { ProviderHttp } from '../http/provider-http.js';
import { watchWire } from '../http/wire/watch-wire.js';
import type { CacheSelection } from '../policies/cache/invalidator.js';
import type { CircuitBreaker, CircuitHandle } from '../policies/circuit-breaker/circuit-breaker.js';
import type { ResilienceEvent } from '../policies/policy-telemetry.js';
import type { RateLimitHandle } from '../policies/rate-limit/rate-limit-handle.js';
import type { Fault } from '../settings/fault.js';
import type { Layer } from '../settings/merge-settings.js';
import { CallOrigins } from './call-origins.js';
import { createEnvironment, type ChangingParts } from './create-environment.js';
import { HttpSide } from './http-side.js';
import { learnFromAnswer } from './learn-from-answer.js';
import type { MethodPlan } from './method-plan.js';
import { MethodLinker } from './method-linker.js';
import { OperationPipelines } from './operation-pipelines.js';
import { ownCircuitOf } from './own-circuit-of.js';
import { policySnapshots } from './policy-snapshots.js';
import { ProviderCache } from './provider-cache.js';
import { providerHttpOf } from './provider-http-of.js';
import type { ProviderPatch } from './provider-options.js';
import type { ProviderParts } from './provider-parts.js';
import { rateLimitOf } from './rate-limit-of.js';
import type { RequestLimit } from './request-limit.js';
import {
  ResilientProvider,
  type ExecuteOptions,
  type ObservedAnswer,
  type ObservedCall,
  type ProviderSnapshot,
} from './resilient-provider.js';
import { runTied } from './run-tied.js';

const NO_OPTIONS: ExecuteOptions = Object.freeze({});

/** The parts of a call of one operation. */
interface CallParts {
  readonly operation: string;
  readonly args: readonly unknown[];
  readonly work: LiveWork;
}

/** The engine's side of a provider: adapters make its pipelines and send calls through them. */
export class LiveProvider extends ResilientProvider {
  readonly name: string;
  readonly events: EventHub<ResilienceEvent>;
  readonly faults: readonly Fault[];
  override readonly cache: ProviderCache;
  private readonly environment: Environment;
  private readonly origins: CallOrigins;
  private readonly linker: MethodLinker;
  private readonly pipelines: OperationPipelines;
  private readonly watches: boolean;
  private madeHttpSide: HttpSide | undefined = undefined;

  constructor(private readonly parts: ProviderParts) {
    super();
    this.name = parts.name;
    this.events = parts.events ?? new EventHub();
    const changing: ChangingParts = { classify: undefined, wire: () => this.watching };
    this.environment = createEnvironment(parts, this.events, changing);
    this.origins = new CallOrigins(this.environment, this);
    this.linker = new MethodLinker(parts, this.environment, changing);
    this.cache = new ProviderCache(
      this.linker,
      this.environment,
      () => this.madeHttpSide?.standingCache,
      (url) => this.httpSide.tagOf(url),
    );
    this.faults = this.linker.faults;
    this.pipelines = new OperationPipelines(this.linker, this.faults);
    const http = providerHttpOf(parts, this.linker);
    changing.identity = accountOf(http, this.name);
    this.watches = parts.trackCalls === true;
    if (this.watches && http.settings()?.watch !== false) watchWire();
  }

  /** How it is reached over HTTP. */
  get http(): ProviderHttp {
    return this.httpSide.http;
  }

  get fetch(): typeof globalThis.fetch {
    return this.httpSide.fetch;
  }

  /** Keeps keys with the requests that they belong to. */
  get keyUse(): KeyUse {
    return this.httpSide.keyUse;
  }

  /** Admits single requests where `http.limitEachRequest` says so. */
  get requestLimit(): RequestLimit {
    return this.httpSide.requestLimit;
  }

  /** The cache of its HTTP clients, with the settings of the moment; `undefined` where they ask for none. */
  get httpCache(): HttpCache | undefined {
    return this.httpSide.cache;
  }

  override get enabled(): boolean {
    return this.linker.enabled;
  }

  override get circuitBreaker(): CircuitHandle | undefined {
    return this.linker.shared('circuitBreaker') as CircuitBreaker | undefined;
  }

  override circuitBreakerOf(operation: string): CircuitHandle | undefined {
    return ownCircuitOf(this.linker, operation);
  }

  override execute<T>(run: (call: Call) => Promise<T> | T, options: ExecuteOptions = NO_OPTIONS): Promise<T> {
    const { operation = 'execute', signal, args = UNNAMED_ARGS, protocol, stream, key, idempotencyKey } = options;
    let pipeline: Pipeline;
    let tenant: string | undefined;
    try {
      pipeline = this.pipelines.pipelineOf(operation, options.policies);
      tenant = keyText(key);
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
    call.key = tenant;
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
  newCallRead(reading: ResultReading, { operation, args, work }: CallParts): LiveCall {
    return new LiveCall(this.origins.of(reading), operation, args, work);
  }

  /** Has a call carry the key of its operation to the provider. */
  carryKey(call: LiveCall, value: string): void {
    call.carriedKey = { value, ...this.linker.keyPlace(call.operation), ofThisCall: false };
  }

  /** Sends a call through a pipeline, tied to the caller's signal and to the call in whose method this happens. */
  run(pipeline: Pipeline, call: LiveCall, signal?: AbortSignal): Promise<unknown> {
    const outer = currentLiveCall();
    if (outer === undefined && signal === undefined) return pipeline.run(call);
    call.nested.hasCaller = true;
    if (signal !== undefined) call.nested.hasSignal = true;
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
    return call !== undefined && !call.ended && this.watching !== undefined && this.origins.has(call.origin);
  }

  override observe(response: ObservedAnswer, of: ObservedCall = {}): void {
    // It was observed when it came.
    if (this.madeHttpSide?.standingCache !== undefined && isGiven(response)) return;
    this.learn(response, currentLiveCall(), of);
  }

  /** The listener to the wire as it is now; `undefined` where there is nothing to listen for. */
  private get watching(): WireListener | undefined {
    return this.watches && this.enabled ? this.httpSide.wire : undefined;
  }

  private learn(response: ObservedAnswer, answered: Call | undefined, of: ObservedCall = {}): void {
    const call = answered?.provider === this.name ? (answered as LiveCall) : undefined;
    learnFromAnswer(this.linker, response, { call, of });
  }

  override get rateLimit(): RateLimitHandle | undefined {
    return rateLimitOf(this.linker, this.environment.clock);
  }

  override invalidate(which: CacheSelection = {}): number {
    return this.cache.invalidateNow(which);
  }

  override snapshot(): ProviderSnapshot {
    const policies = policySnapshots(this.linker, this.environment);
    const httpCache = this.madeHttpSide?.standingCache?.snapshot();
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
    this.madeHttpSide?.close();
    this.linker.close();
  }

  private get httpSide(): HttpSide {
    return (this.madeHttpSide ??= this.newHttpSide());
  }

  private newHttpSide(): HttpSide {
    const { environment, pipelines, parts } = this;
    return new HttpSide({
      environment,
      http: providerHttpOf(parts, this.linker),
      warn: parts.warn ?? ((message) => emitWarning(message, 'BreakwaterWarning')),
      pipelineOf: (operation) => pipelines.requestPipelineOf(operation),
      newCall: this.newCall.bind(this),
      run: this.run.bind(this),
      learn: (answer, call) => {
        if (call !== undefined) this.learn(answer, call);
        else if (!this.seesAnswers) this.observe(answer);
      },
    });
  }
}
