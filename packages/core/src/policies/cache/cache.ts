import { UNNAMED_ARGS } from '../../engine/call.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { EnvironmentOf, Wrapper } from '../../engine/policy.js';
import { printed } from '../../values/printed.js';
import { AnswerLoader } from './answer-loader.js';
import { argumentsKey } from './arguments-key.js';
import { CacheReport } from './cache-report.js';
import type { CacheSettings } from './cache.options.js';
import { isRefreshedEarly } from './early-refresh.js';
import { KeptAnswers, type Answer, type Subject } from './kept-answers.js';
import { shortId } from './short-id.js';
import type { BypassReason, CacheEvents, CacheSnapshot } from './cache.telemetry.js';

/** Selects cached answers: those that fit everything that is given. */
export interface CacheSelection {
  /** The operation, for example `'CatalogClient.find'`. */
  readonly operation?: string;
  /**
   * The arguments that it was called with. Where the cache's `key` throws, as it is called on no object here: whatever
   * these are.
   */
  readonly args?: readonly unknown[];
  /** The key of the calls, such as a tenant. */
  readonly key?: string;
}

/**
 * Keeps the answers of successful calls in this process and returns them to calls that ask the same. Calls that ask at
 * once wait for one. The operation and the call's key are part of the question, so no answer crosses tenants.
 */
export class Cache implements Wrapper {
  readonly kind = 'cache';
  private readonly answers: KeptAnswers;
  private readonly loader: AnswerLoader;
  private readonly report: CacheReport;

  constructor(
    private settings: CacheSettings,
    private readonly environment: EnvironmentOf<CacheEvents>,
  ) {
    this.answers = new KeptAnswers(settings);
    this.report = new CacheReport(environment.emit);
    this.loader = new AnswerLoader(settings, this.answers, this.report, environment);
  }

  execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    // Such a key says that this operation is another one, whatever it is about.
    if (call.idempotencyKey !== undefined) return this.bypass('idempotencyKey', call, next);
    if (call.args === UNNAMED_ARGS) return this.bypass('arguments', call, next);
    const id = this.askedId(call);
    // A function of the user's own may have aborted the call.
    if (call.aborted) return Promise.reject(call.reason);
    if (id === undefined) return this.bypass(this.settings.key === undefined ? 'arguments' : 'key', call, next);
    const key = keyOf(call, id);
    const answer = this.answers.get(key);
    if (answer === undefined) return this.loader.ask(key, id, call, next);
    const leftMs = this.answers.freshUntil(answer) - call.now;
    if (leftMs > 0) {
      this.report.hits++;
      if (this.isDueEarly(answer, leftMs)) this.loader.refresh(key, answer, call, next);
    } else if (this.answers.isGivenStale(answer, call.now)) {
      this.report.stale++;
      this.loader.refresh(key, answer, call, next);
    } else {
      return this.loader.ask(key, id, call, next);
    }
    const { result } = answer;
    return result.ok ? Promise.resolve(this.loader.own(result.value as T)) : Promise.reject(result.error);
  }

  snapshot(): CacheSnapshot {
    return { entries: this.answers.size, loading: this.loader.size, ...this.report.counters };
  }

  /** Keeps what is there, unless it would be found under other keys, or may not be such that it can be copied. */
  reconfigure(settings: CacheSettings): void {
    const { key, clone } = this.settings;
    this.settings = settings;
    this.loader.reconfigure(settings);
    this.answers.reconfigure(settings);
    if (key !== settings.key || (settings.clone && !clone)) this.invalidate();
  }

  /** Forgets answers, and those on their way reach only who waits for them already. How many were kept. */
  invalidate({ operation, args, key }: CacheSelection = {}): number {
    let matches: ((id: string) => boolean) | undefined;
    const isMeant = (subject: Subject) =>
      (operation === undefined || subject.operation === operation) &&
      (key === undefined || subject.tenant === key) &&
      // Asked only where there is an answer: the `key` of another method knows nothing of these arguments.
      (args === undefined || (matches ??= this.matcherOf(args))(subject.id));
    this.loader.outdate(isMeant);
    return this.answers.forget(isMeant);
  }

  /**
   * Tells the answers to these arguments; every answer is one when `key` cannot say, as too much forgotten is better
   * than too little.
   */
  private matcherOf(args: readonly unknown[]): (id: string) => boolean {
    try {
      const meant = this.idOf(args, undefined);
      return (id) => id === meant;
    } catch {
      return () => true;
    }
  }

  /** The same for a call. Without a key that can be relied on, it goes by the cache. */
  private askedId({ args, receiver, operation }: LiveCall): string | undefined {
    try {
      return this.idOf(args, receiver);
    } catch (error) {
      this.environment.callbackFailed('cache.key', error, operation);
      return undefined;
    }
  }

  /** The key of these arguments, or `undefined` when nothing tells them from others. */
  private idOf(args: readonly unknown[], receiver: unknown): string | undefined {
    const { key } = this.settings;
    const text = key === undefined ? argumentsKey(args) : textOf(key.apply(receiver, args as unknown[]));
    return text === undefined ? undefined : shortId(text);
  }

  private bypass<T>(reason: BypassReason, call: LiveCall, next: Next<T>): Promise<T> {
    this.report.bypassed(reason, call.operation);
    return next(call);
  }

  private isDueEarly({ failed, tookMs }: Answer, leftMs: number): boolean {
    const { beta } = this.settings.earlyRefresh;
    return beta > 0 && !failed && isRefreshedEarly(leftMs, tookMs, beta, this.environment.random());
  }
}

function textOf(key: unknown): string | undefined {
  if (typeof key === 'string' || Number.isFinite(key)) return String(key);
  if (key === undefined || key === null) return undefined;
  if (key instanceof Promise) key.catch(() => undefined);
  throw new TypeError(`expected a string, a number or undefined at once, got ${printed(key)}`);
}

/** Every part says how long it is: no two calls that differ have one key. */
function keyOf({ operation, key }: LiveCall, id: string): string {
  return `${operation.length}:${operation}${key === undefined ? '-' : `${key.length}:${key}`}${id}`;
}
