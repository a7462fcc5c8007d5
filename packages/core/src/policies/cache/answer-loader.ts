import type { LiveCall, Next } from '../../engine/live-call.js';
import type { Outcome, Settled } from '../../outcome/outcome.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import { estimatedBytes } from '../../cache-storage/estimated-bytes.js';
import { isSingleUse } from '../../values/single-use.js';
import type { CacheReport } from './cache-report.js';
import type { CacheSettings } from './cache.options.js';
import type { Answer, KeptAnswers, Subject } from './kept-answers.js';
import type { Question } from './questions.js';
import { SharedLoad } from './shared-load.js';
import { tagsOf, tagsOfFailure } from './tags-of.js';
import type { BypassReason, CacheEvents } from './cache.telemetry.js';

/**
 * How long the provider is not asked again after a failure that a stale answer outlives, unless the failure says for
 * longer, in milliseconds.
 */
const PAUSE_MS = 1000;
/** An error that is kept takes about as much. */
const FAILURE_BYTES = 1000;

/** Fetches answers, one call at a time for each key, and decides what becomes of what comes. */
export class AnswerLoader {
  private readonly loads = new Map<string, SharedLoad>();
  private begun = 0;

  constructor(
    private settings: CacheSettings,
    private readonly answers: KeptAnswers,
    private readonly report: CacheReport,
    private readonly environment: EnvironmentOf<CacheEvents>,
  ) {}

  /** How many answers are on their way. */
  get size(): number {
    return this.loads.size;
  }

  /** Waits for the answer that is on its way, or has it fetched. */
  async ask<T>({ key, id }: Question, call: LiveCall, next: Next<T>): Promise<T> {
    const underWay = this.loads.get(key);
    const subject = { operation: call.operation, tenant: call.key, id };
    const load = underWay ?? this.newLoad(call, { key, subject, startedAt: call.now, inBackground: false });
    const { result: answered } = load.join(call);
    if (underWay === undefined) {
      this.report.misses++;
      void this.run(load, next);
    }
    const result = await answered;
    if (result === undefined) {
      // The answer can be given to one caller only, and this is another.
      this.report.misses++;
      this.report.bypassed('result', call.operation);
      call.forgetTime();
      return next(call);
    }
    if (underWay !== undefined) this.report.coalesced++;
    if (result.ok) return result.value as T;
    throw result.error;
  }

  /** Fetches a new answer in the background, unless one is on its way or the provider has just failed. */
  refresh(key: string, { subject, pausedUntil }: Answer, call: LiveCall, next: Next<unknown>): void {
    if (this.loads.has(key) || call.now < pausedUntil) return;
    this.report.refreshes++;
    void this.run(this.newLoad(call, { key, subject, startedAt: call.now, inBackground: true }), next);
  }

  /**
   * Answers asked for before now are out of date: the callers that wait for them get them, and no others. With `tags`,
   * those that turn out to have one.
   */
  outdate(isMeant: (subject: Subject) => boolean, tags?: readonly string[]): void {
    for (const load of this.loads.values()) {
      if (!isMeant(load.of.subject)) continue;
      if (tags === undefined) load.outdated = true;
      else load.void(tags);
      this.loads.delete(load.of.key);
    }
  }

  reconfigure(settings: CacheSettings): void {
    this.settings = settings;
  }

  /** The value as it is given to one caller. */
  own<T>(value: T): T {
    return this.settings.clone && typeof value === 'object' ? structuredClone(value) : value;
  }

  private newLoad(call: LiveCall, of: Omit<SharedLoad['of'], 'number'>): SharedLoad {
    return new SharedLoad(call.detachedCopy(), { ...of, number: ++this.begun }, (load) => this.drop(load));
  }

  private async run(load: SharedLoad, next: Next<unknown>): Promise<void> {
    this.loads.set(load.of.key, load);
    let result: Settled;
    try {
      result = { ok: true, value: await next(load.call) };
    } catch (error) {
      result = { ok: false, error };
    }
    this.drop(load);
    if (!load.abandoned) this.settle(load, result);
  }

  private drop(load: SharedLoad): void {
    if (this.loads.get(load.of.key) === load) this.loads.delete(load.of.key);
  }

  private settle(load: SharedLoad, result: Settled): void {
    const { key, subject, inBackground } = load.of;
    const now = this.environment.clock.now();
    const outcome = this.environment.classify(result, load.call);
    const failed = outcome.kind !== 'success';
    const standing = failed && !load.outdated ? this.outliving(key, outcome, now) : undefined;
    if (standing !== undefined && this.answers.isGivenForFailure(standing, now)) {
      const calls = load.deliver((waiter) => waiter.resolve(this.ownResult(standing.result)));
      const detail = { outcome: outcome.kind, ageMs: now - standing.at };
      this.report.stoodIn(calls, detail, subject.operation);
    } else if (!this.isShareable(result)) {
      load.deliver((waiter, first) => waiter.resolve(first ? result : undefined));
      this.report.bypassed('result', subject.operation);
    } else {
      // An error that `classify` calls a success is neither an answer nor one of `errors`.
      const isKept = failed ? standing === undefined && this.isKeptFailure(outcome) : result.ok;
      if (isKept && !load.outdated) this.keep(load, result, failed, now);
      load.deliver((waiter) => waiter.resolve(this.ownResult(result)));
    }
    if (failed && inBackground) this.report.refreshFailed(outcome.kind, subject.operation);
  }

  /**
   * The answer that a failure leaves in place, if it may still be given: then the provider is left alone for a while.
   */
  private outliving(key: string, outcome: Outcome, now: number): Answer | undefined {
    const standing = this.answers.get(key);
    if (standing === undefined) return undefined;
    if (isRefusedByProvider(outcome) || !this.answers.isOfUse(standing, now)) {
      this.answers.delete(key);
      return undefined;
    }
    standing.pausedUntil = now + Math.max(PAUSE_MS, outcome.retryAfterMs ?? 0);
    return standing;
  }

  private isKeptFailure({ kind }: Outcome): boolean {
    const { errors } = this.settings;
    return errors !== false && errors.kinds.some((kept) => kept === kind);
  }

  private keep(load: SharedLoad, result: Settled, failed: boolean, now: number): void {
    const { key, subject, startedAt } = load.of;
    const refused = (reason: BypassReason) => {
      this.answers.delete(key);
      this.report.bypassed(reason, subject.operation);
    };
    const tags = this.tagsOf(load, result);
    if (tags === undefined) return refused('tags');
    // A later load may have its answer already.
    if (load.isVoid(tags) || (this.answers.get(key)?.load ?? 0) > load.of.number) return;
    const bytes = result.ok ? estimatedBytes(result.value) : FAILURE_BYTES;
    const answer = { load: load.of.number, subject, result, failed, at: now, tookMs: now - startedAt, tags, bytes };
    if (!this.answers.set(key, answer)) refused('size');
  }

  /** `undefined` where the user's function has failed: an answer that cannot be invalidated must not be kept. */
  private tagsOf({ call, of }: SharedLoad, result: Settled): readonly string[] | undefined {
    if (!result.ok) return tagsOfFailure(this.settings);
    try {
      return tagsOf(this.settings, { result: result.value, args: call.args, receiver: call.receiver });
    } catch (error) {
      this.environment.callbackFailed('cache.tags', error, of.subject.operation);
      return undefined;
    }
  }

  private ownResult(result: Settled): Settled {
    return result.ok && this.settings.clone ? { ok: true, value: this.own(result.value) } : result;
  }

  /** Whether a result can be given to more than one caller. */
  private isShareable(result: Settled): boolean {
    if (!result.ok) return true;
    if (isSingleUse(result.value)) return false;
    try {
      this.own(result.value);
      return true;
    } catch {
      return false;
    }
  }
}

/** Whether the provider itself says no, so that what it said before does not hold any more. */
function isRefusedByProvider({ kind }: Outcome): boolean {
  return kind === 'permanent' || kind === 'unauthorized';
}
