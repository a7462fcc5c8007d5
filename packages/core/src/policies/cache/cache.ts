import { ANSWERS } from '../../cache-storage/answer-storage.js';
import { UNNAMED_ARGS } from '../../engine/call.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { EnvironmentOf, Wrapper } from '../../engine/policy.js';
import { AnswerLoader } from './answer-loader.js';
import { CacheReport } from './cache-report.js';
import type { CacheSettings } from './cache.options.js';
import { isRefreshedEarly } from './early-refresh.js';
import { KeptAnswers, type Answer, type Subject } from './kept-answers.js';
import { Questions } from './questions.js';
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
  /** Answers with any of these tags. */
  readonly tags?: readonly string[];
}

/**
 * Keeps the answers of successful calls in this process and returns them to calls that ask the same. Calls that ask at
 * once wait for one. The operation and the call's key are part of the question, so no answer crosses tenants.
 */
export class Cache implements Wrapper {
  readonly kind = 'cache';
  private readonly answers: KeptAnswers;
  private readonly questions: Questions;
  private readonly loader: AnswerLoader;
  private readonly report: CacheReport;

  constructor(
    private settings: CacheSettings,
    private readonly environment: EnvironmentOf<CacheEvents>,
  ) {
    this.answers = new KeptAnswers(settings, environment.shared(ANSWERS));
    this.questions = new Questions(settings, environment.identity ?? noIdentity, environment.callbackFailed);
    this.report = new CacheReport(environment.emit);
    this.loader = new AnswerLoader(settings, this.answers, this.report, environment);
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
    } else if (this.answers.isGivenStale(answer, call.now)) {
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
    return { entries, bytes, loading: this.loader.size, ...this.report.counters };
  }

  /** Keeps what is there, unless it would be found under other keys, or may not be such that it can be copied. */
  reconfigure(settings: CacheSettings): void {
    const isOther = this.questions.differ(settings) || (settings.clone && !this.settings.clone);
    this.settings = settings;
    this.loader.reconfigure(settings);
    this.questions.reconfigure(settings);
    this.answers.reconfigure(settings);
    if (isOther) this.invalidate();
  }

  /** Forgets answers, and those on their way reach only who waits for them already. How many were kept. */
  invalidate({ operation, args, key, tags }: CacheSelection = {}): number {
    if (tags !== undefined && this.settings.tags === undefined) return 0;
    let matches: ((id: string) => boolean) | undefined;
    const isMeant = (subject: Subject) =>
      (operation === undefined || subject.operation === operation) &&
      (key === undefined || subject.tenant === key) &&
      // Asked only where there is an answer: the `key` of another method knows nothing of these arguments.
      (args === undefined || (matches ??= this.matcherOf(args))(subject.id));
    this.loader.outdate(isMeant, tags);
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

  private bypass<T>(reason: BypassReason, call: LiveCall, next: Next<T>): Promise<T> {
    this.report.bypassed(reason, call.operation);
    return next(call);
  }

  private given(answer: Answer): Promise<unknown> {
    const { result } = answer;
    if (!result.ok) return Promise.reject(result.error);
    if (this.settings.clone) return Promise.resolve(this.loader.own(result.value));
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
