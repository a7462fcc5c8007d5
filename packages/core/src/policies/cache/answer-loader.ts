import { randomUUID } from 'node:crypto';
import { AskingTurn } from '../../cache-storage/asking-turn.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { Outcome, Settled } from '../../outcome/outcome.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import { estimatedBytes } from '../../cache-storage/estimated-bytes.js';
import { LoadsUnderWay } from '../../cache-storage/loads-under-way.js';
import { lifetimeOf, notesFor } from './noted-lifetime.js';
import { isSingleUse } from '../../values/single-use.js';
import type { CacheReport } from './cache-report.js';
import type { CacheSettings } from './cache.options.js';
import type { Answer, KeptAnswers, NewAnswer } from './kept-answers.js';
import type { Question } from './questions.js';
import type { SharedLevel } from './shared-level.js';
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
  readonly loads = new LoadsUnderWay<SharedLoad>();
  private begun = 0;
  /** Tells the answers of this host from those of others. */
  private readonly id = randomUUID();
  private shared: SharedLevel | undefined;

  constructor(
    private settings: CacheSettings,
    private readonly answers: KeptAnswers,
    private readonly report: CacheReport,
    private readonly environment: EnvironmentOf<CacheEvents>,
  ) {}

  /** Waits for the answer that is on its way, or has it fetched. */
  async ask<T>({ key, id }: Question, call: LiveCall, next: Next<T>): Promise<T> {
    const underWay = this.loads.get(key);
    const subject = { operation: call.operation, tenant: call.key, id };
    const load = underWay ?? this.newLoad(call, { key, subject, inBackground: false });
    const { result: answered } = load.join(call);
    if (underWay === undefined) void this.run(load, next);
    const result = await answered;
    if (result === undefined) {
      // The answer can be given to one caller only, and this is another.
      this.report.misses++;
      this.report.bypassed(load.unshared, call.operation);
      call.forgetTime();
      return next(call);
    }
    if (underWay !== undefined) this.report.coalesced++;
    if (result.ok) return result.value as T;
    throw result.error;
  }

  /** Fetches a new answer in the background, unless one is on its way or the provider has just failed. */
  refresh(key: string, { subject, pausedUntil }: Answer, call: LiveCall, next: Next<unknown>): void {
    if (this.loads.get(key) !== undefined || call.now < pausedUntil) return;
    this.report.refreshes++;
    void this.run(this.newLoad(call, { key, subject, inBackground: true }), next);
  }

  /** Where hosts share the answers, if they do. */
  shareThrough(shared: SharedLevel | undefined): void {
    this.shared = shared;
  }

  reconfigure(settings: CacheSettings): void {
    this.settings = settings;
  }

  /** The value as it is given to one caller. */
  own<T>(value: T): T {
    return this.settings.clone && typeof value === 'object' ? structuredClone(value) : value;
  }

  private newLoad(call: LiveCall, of: Omit<SharedLoad['of'], 'number'>): SharedLoad {
    const load = new SharedLoad(call, { ...of, number: ++this.begun }, (load) => this.loads.drop(load));
    load.call.notes = notesFor(this.settings);
    return load;
  }

  private async run(load: SharedLoad, next: Next<unknown>): Promise<void> {
    this.loads.add(load);
    const turn = this.shared === undefined ? undefined : await this.turnOf(load, next);
    if (turn === 'served') return;
    if (!load.of.inBackground) this.report.misses++;
    let result: Settled;
    try {
      result = { ok: true, value: await next(load.call) };
    } catch (error) {
      result = { ok: false, error };
    }
    this.loads.drop(load);
    const kept = load.abandoned ? undefined : this.settle(load, result);
    if (turn === undefined) return;
    if (kept === undefined || this.shared === undefined) await turn.end();
    else await this.shared.share(turn, kept, this.answers.keptForMs(kept));
  }

  /** This host's turn to ask, `undefined` where it asks by itself, or `'served'` where it need not. */
  private async turnOf(load: SharedLoad, next: Next<unknown>): Promise<AskingTurn | 'served' | undefined> {
    const asked = await this.shared!.ask(load, {
      serves: (answer) => this.serves(answer, load),
      voided: () => this.answers.delete(load.of.key),
    });
    if (load.abandoned) {
      if (asked instanceof AskingTurn) await asked.end();
      return 'served';
    }
    load.startedAt = this.environment.clock.now();
    if (asked instanceof AskingTurn) return asked;
    const answer = asked ?? this.stillFresh(load);
    if (answer === undefined) return undefined;
    this.loads.drop(load);
    if (asked !== undefined && !load.isVoid(answer.tags)) this.answers.set(load.of.key, answer);
    if (asked !== undefined) this.report.fromStore++;
    load.deliver((waiter) => waiter.resolve(this.ownResult(answer.result)));
    const standing = this.answers.get(load.of.key);
    if (standing !== undefined && load.startedAt >= this.answers.freshUntil(standing))
      this.refresh(load.of.key, standing, load.call, next);
    return 'served';
  }

  /** Whether an answer in the store makes a call needless. One that may stand in for a failure is kept for that. */
  private serves(answer: NewAnswer, load: SharedLoad): boolean {
    const { key, inBackground } = load.of;
    const now = this.environment.clock.now();
    const standing = this.answers.get(key);
    if (inBackground && (standing?.by === answer.by || now >= this.answers.freshUntil(answer))) return false;
    if (this.answers.isGivenNow(answer, now)) return true;
    // It may have been invalidated here since the store was asked.
    const isKept = standing === undefined && !load.isVoid(answer.tags) && this.answers.isOfUse(answer, now);
    if (isKept) this.answers.set(key, answer);
    return false;
  }

  /** The answer of this host, where the store cannot say whether it still holds. */
  private stillFresh({ of: { key, inBackground }, startedAt }: SharedLoad): Answer | undefined {
    const standing = inBackground ? undefined : this.answers.get(key);
    return standing === undefined || startedAt >= this.answers.freshUntil(standing) ? undefined : standing;
  }

  private settle(load: SharedLoad, result: Settled): NewAnswer | undefined {
    let kept: NewAnswer | undefined;
    const { key, subject, inBackground } = load.of;
    const now = this.environment.clock.now();
    const outcome = this.environment.classify(result, load.call);
    const failed = outcome.kind !== 'success';
    if (this.isForOne(load)) {
      load.unshared = 'credential';
      load.deliver((waiter, first) => waiter.resolve(first ? result : undefined));
      return this.refuse('credential', load);
    }
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
      if (isKept && !load.outdated) kept = this.keep(load, result, failed, now);
      load.deliver((waiter) => waiter.resolve(this.ownResult(result)));
    }
    if (failed && inBackground) this.report.refreshFailed(outcome.kind, subject.operation);
    return kept;
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

  private keep(load: SharedLoad, result: Settled, failed: boolean, now: number): NewAnswer | undefined {
    const { key, subject, number } = load.of;
    const tags = this.tagsOf(load, result);
    if (tags === undefined) return this.refuse('tags', load);
    // A later load may have its answer already.
    const lifetime = result.ok ? lifetimeOf(load.call.notes, this.settings) : undefined;
    if (lifetime === 'none') return this.refuse('no-store', load);
    if (load.isVoid(tags) || (this.answers.get(key)?.load ?? 0) > number) return undefined;
    const times = { at: now, knownAt: load.startedAt, tookMs: now - load.startedAt };
    const bytes = result.ok ? estimatedBytes(result.value) : FAILURE_BYTES;
    const answer = {
      load: number,
      by: `${this.id}:${number}`,
      subject,
      result,
      failed,
      lifetime,
      ...times,
      tags,
      bytes,
    };
    return this.answers.set(key, answer) ? answer : this.refuse('size', load);
  }

  /** Keeps nothing under the key. */
  private refuse(reason: BypassReason, { of: { key, subject } }: SharedLoad): undefined {
    this.answers.delete(key);
    this.report.bypassed(reason, subject.operation);
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

  /** Whether it may be an answer for one user, as nothing tells those of several apart. */
  private isForOne({ call: { notes } }: SharedLoad): boolean {
    const { varyOnCredential, vary, key } = this.settings;
    return notes?.foreignCredential === true && varyOnCredential && vary === undefined && key === undefined;
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
