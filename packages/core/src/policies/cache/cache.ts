import { ANSWERS } from '../../cache-storage/answer-storage.js';
import type { Invalidation } from '../../cache-storage/question.js';
import type { ForgetListener, SharedAnswers } from '../../cache-storage/shared-answers.js';
import { UNNAMED_ARGS } from '../../engine/call.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { Environment, Gate, Wrapper } from '../../engine/policy.js';
import { AnswerLoader } from './answer-loader.js';
import { CacheReport } from './cache-report.js';
import type { CacheSettings, SharedSettings } from './cache.options.js';
import { isRefreshedEarly } from './early-refresh.js';
import { KeptAnswers, type Answer, type Subject } from './kept-answers.js';
import { LoadedAnswers } from './loaded-answers.js';
import { Questions } from './questions.js';
import { SharedLevel } from './shared-level.js';
import type { BypassReason, CacheSnapshot } from './cache.telemetry.js';

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
  /** Answers with any of these tags. */
  readonly tags?: readonly string[];
  /** Answers of the provider's HTTP clients (`http.cache`) to this URL, absolute or below the base URL. */
  readonly url?: string;
}

/** The operation of calls that are made by the name of one, and have no settings of their own. */
const UNNAMED = 'execute';

/**
 * Keeps the answers of successful calls in this process and returns them to calls that ask the same. Calls that ask at
 * once wait for one. The operation and the call's key are part of the question, so no answer crosses tenants.
 */
export class Cache implements Wrapper, ForgetListener {
  readonly kind = 'cache';
  private readonly answers: KeptAnswers;
  private readonly questions: Questions;
  private readonly loaded: LoadedAnswers;
  private readonly loader: AnswerLoader;
  private readonly report: CacheReport;
  private shared: SharedLevel | undefined;
  /** Those that a call would have to pass. */
  private gates: readonly Gate[] = [];

  constructor(
    private settings: CacheSettings,
    private readonly environment: Environment,
  ) {
    this.answers = new KeptAnswers(settings, environment.shared(ANSWERS));
    this.questions = new Questions(settings, environment.identity ?? noIdentity, environment.callbackFailed);
    this.report = new CacheReport(environment.emit);
    const { answers, report } = this;
    const loaded = (this.loaded = new LoadedAnswers(settings, { answers, report, environment }));
    this.loader = new AnswerLoader(settings, { answers, loaded, report, clock: environment.clock });
    this.share(settings.shared);
  }

  above(gates: readonly Gate[]): void {
    this.gates = gates;
  }

  /** The answers that hosts share, where they do. */
  get sharedAnswers(): SharedAnswers | undefined {
    return this.shared?.answers;
  }

  close(): void {
    this.share(undefined);
  }

  execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    // Such a key says that this operation is another one, whatever it is about.
    if (call.idempotencyKey !== undefined) return this.bypass('idempotencyKey', call, next);
    if (call.args === UNNAMED_ARGS) return this.bypass('arguments', call, next);
    const question = this.questions.of(call);
    // A function of the user's own may have aborted the call.
    if (call.aborted) return Promise.reject(call.reason);
    if (typeof question === 'string') return this.bypass(question, call, next);
    const { key } = question;
    const answer = this.answers.get(key);
    if (answer === undefined) return this.loader.ask(question, call, next);
    if (call.now < answer.hitUntil) {
      this.report.hits++;
      if (this.isDueEarly(answer, answer.hitUntil - call.now)) this.loader.refresh(key, answer, call, next);
    } else if (this.answers.isGivenStale(answer, call.now) || this.isGivenWhileLimited(answer, call)) {
      this.report.stale++;
      this.loader.refresh(key, answer, call, next);
    } else {
      return this.loader.ask(question, call, next);
    }
    return this.given(answer) as Promise<T>;
  }

  /** The fresh answer to a plain question, without a call: most hits are one. */
  peek(operation: string, args: readonly unknown[]): Promise<unknown> | undefined {
    const key = this.questions.simpleKey(operation, args);
    const answer = key === undefined ? undefined : this.answers.get(key);
    if (answer === undefined || !answer.result.ok || this.settings.earlyRefresh.beta > 0) return undefined;
    if (this.environment.clock.now() >= answer.hitUntil) return undefined;
    this.report.hits++;
    return this.given(answer);
  }

  snapshot(): CacheSnapshot {
    const { size: entries, bytes } = this.answers;
    return { entries, bytes, loading: this.loader.loads.size, ...this.report.counters };
  }

  /** Keeps what is there, unless it would be found under other keys, or may not be such that it can be copied. */
  reconfigure(settings: CacheSettings): void {
    const isOther = this.questions.differ(settings) || (settings.clone && !this.settings.clone);
    this.settings = settings;
    this.loaded.reconfigure(settings);
    this.loader.reconfigure(settings);
    this.questions.reconfigure(settings);
    this.answers.reconfigure(settings);
    this.share(settings.shared);
    if (isOther) this.invalidate();
  }

  /** Forgets answers, and those on their way reach only who waits for them already. How many were kept. */
  invalidate({ operation, args, key, tags }: CacheSelection = {}): number {
    let matches: ((id: string) => boolean) | undefined;
    const isMeant = (subject: Subject) =>
      (operation === undefined || subject.operation === operation) &&
      (key === undefined || subject.tenant === key) &&
      // Asked only where there is an answer: the `key` of another method knows nothing of these arguments.
      (args === undefined || (matches ??= this.matcherOf(args))(subject.id));
    return this.forget(isMeant, tags);
  }

  /** Whether calls of an operation may pass it: that of its method, or any where calls are made by name. */
  mayServe(operation: string): boolean {
    const { operation: own = UNNAMED } = this.environment;
    return own === UNNAMED || own === operation;
  }

  /** The same for the other hosts, with the arguments as this cache's `key` has them. */
  invalidationOf({ operation, args, key: tenant, tags }: CacheSelection): Invalidation {
    if (args === undefined) return { operation, tenant, tags };
    try {
      return { operation, tenant, tags, id: this.questions.idOf(args, undefined) };
    } catch {
      return { operation, tenant, tags };
    }
  }

  /** Another host has invalidated answers. */
  hear({ operation, id, tenant, tags }: Invalidation): void {
    const isMeant = (subject: Subject) =>
      (operation === undefined || subject.operation === operation) &&
      (tenant === undefined || subject.tenant === tenant) &&
      (id === undefined || subject.id === id);
    this.forget(isMeant, tags);
  }

  private forget(isMeant: (subject: Subject) => boolean, tags: readonly string[] | undefined): number {
    if (tags !== undefined && this.settings.tags === undefined) return 0;
    this.loader.loads.outdate(
      ({ of }) => isMeant(of.subject),
      (load) => load.outdate(tags),
    );
    return this.answers.forget(
      (answer) => (tags === undefined || answer.tags.some((tag) => tags.includes(tag))) && isMeant(answer.subject),
    );
  }

  /**
   * Tells the answers to these arguments; every answer is one when `key` cannot say, as too much forgotten is better
   * than too little.
   */
  private matcherOf(args: readonly unknown[]): (id: string) => boolean {
    try {
      const meant = this.questions.idOf(args, undefined);
      return (id) => id === meant;
    } catch {
      return () => true;
    }
  }

  private share(settings: SharedSettings | undefined): void {
    if (settings !== undefined && this.shared !== undefined) return this.shared.reconfigure(settings);
    this.shared?.answers.leave(this);
    this.shared = settings && new SharedLevel(settings, this.report, this.environment);
    this.shared?.answers.join(this);
    this.loader.shareThrough(this.shared);
  }

  private bypass<T>(reason: BypassReason, call: LiveCall, next: Next<T>): Promise<T> {
    this.report.bypassed(reason, call.operation);
    return next(call);
  }

  private isGivenWhileLimited(answer: Answer, call: LiveCall): boolean {
    return this.answers.isGivenWhileLimited(answer, call.now) && this.gates.some((gate) => gate.wouldHold?.(call));
  }

  private given(answer: Answer): Promise<unknown> {
    const { result } = answer;
    if (!result.ok) return Promise.reject(result.error);
    if (this.settings.clone) return Promise.resolve(this.loaded.own(result.value));
    return (answer.promise ??= Promise.resolve(result.value));
  }

  private isDueEarly({ failed, tookMs }: Answer, leftMs: number): boolean {
    const { beta } = this.settings.earlyRefresh;
    return beta > 0 && !failed && isRefreshedEarly(leftMs, tookMs, beta, this.environment.random());
  }
}

function noIdentity(): undefined {
  return undefined;
}
