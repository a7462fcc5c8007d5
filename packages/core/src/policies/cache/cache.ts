import { ANSWERS } from '../../cache-storage/answer-storage.js';
import type { Invalidation } from '../../cache-storage/question.js';
import type { SharedAnswers } from '../../cache-storage/shared-answers.js';
import { UNNAMED_ARGS } from '../../engine/call.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { Environment, Gate, Wrapper } from '../../engine/policy.js';
import { AnswerLoader } from './answer-loader.js';
import { CacheReport } from './cache-report.js';
import type { CacheSettings, SharedSettings } from './cache.options.js';
import { isRefreshedEarly } from './early-refresh.js';
import { Invalidator, type CacheSelection } from './invalidator.js';
import { KeptAnswers, type Answer } from './kept-answers.js';
import { LoadedAnswers } from './loaded-answers.js';
import { Questions } from './questions.js';
import { SharedLevel } from './shared-level.js';
import type { BypassReason, CacheSnapshot } from './cache.telemetry.js';

/** The operation of calls that are made by the name of one, and have no settings of their own. */
const UNNAMED = 'execute';

/**
 * Keeps the answers of successful calls in this process and returns them to calls that ask the same. Calls that ask at
 * once wait for one. The operation and the call's key are part of the question, so no answer crosses tenants.
 */
export class Cache implements Wrapper {
  readonly kind = 'cache';
  private readonly answers: KeptAnswers;
  private readonly questions: Questions;
  private readonly loaded: LoadedAnswers;
  private readonly loader: AnswerLoader;
  private readonly invalidator: Invalidator;
  private readonly report: CacheReport;
  private shared: SharedLevel | undefined;
  /** Those that a call would have to pass. */
  private gates: readonly Gate[] = [];

  constructor(
    private settings: CacheSettings,
    private readonly environment: Environment,
  ) {
    const answers = (this.answers = new KeptAnswers(settings, environment.shared(ANSWERS)));
    const { clock, emit, identity = noIdentity, callbackFailed } = environment;
    const questions = (this.questions = new Questions(settings, identity, callbackFailed));
    const report = (this.report = new CacheReport(emit));
    const loaded = (this.loaded = new LoadedAnswers(settings, { answers, report, environment }));
    const loader = (this.loader = new AnswerLoader(settings, { answers, loaded, report, clock }));
    this.invalidator = new Invalidator({ answers, loader, questions, settings: () => this.settings });
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
  invalidate(which: CacheSelection = {}): number {
    return this.invalidator.invalidate(which);
  }

  /** Whether calls of an operation may pass it: that of its method, or any where calls are made by name. */
  mayServe(operation: string): boolean {
    const { operation: own = UNNAMED } = this.environment;
    return own === UNNAMED || own === operation;
  }

  /** The same for the other hosts. */
  invalidationOf(which: CacheSelection): Invalidation {
    return this.invalidator.invalidationOf(which);
  }

  private share(settings: SharedSettings | undefined): void {
    if (settings !== undefined && this.shared !== undefined) return this.shared.reconfigure(settings);
    this.shared?.answers.leave(this.invalidator);
    this.shared = settings && new SharedLevel(settings, this.report, this.environment);
    this.shared?.answers.join(this.invalidator);
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
