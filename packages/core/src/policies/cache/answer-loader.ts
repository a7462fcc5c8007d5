import { AskingTurn } from '../../cache-storage/asking-turn.js';
import { LoadsUnderWay } from '../../cache-storage/loads-under-way.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { Settled } from '../../outcome/outcome.js';
import type { Clock } from '../../time/clock.js';
import type { CacheReport } from './cache-report.js';
import type { CacheSettings } from './cache.options.js';
import type { Answer, KeptAnswers, NewAnswer } from './kept-answers.js';
import type { LoadedAnswers } from './loaded-answers.js';
import { notesFor } from './noted-lifetime.js';
import type { Question } from './questions.js';
import type { SharedLevel } from './shared-level.js';
import { SharedLoad } from './shared-load.js';

/** Fetches answers, one call at a time for each key, on this host or where hosts share them. */
export class AnswerLoader {
  readonly loads = new LoadsUnderWay<SharedLoad>();
  private begun = 0;
  private shared: SharedLevel | undefined;

  constructor(
    private settings: CacheSettings,
    private readonly parts: {
      readonly answers: KeptAnswers;
      readonly loaded: LoadedAnswers;
      readonly report: CacheReport;
      readonly clock: Clock;
    },
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
      this.parts.report.misses++;
      this.parts.report.bypassed(load.unshared, call.operation);
      call.forgetTime();
      return next(call);
    }
    if (underWay !== undefined) this.parts.report.coalesced++;
    if (result.ok) return result.value as T;
    throw result.error;
  }

  /** Fetches a new answer in the background, unless one is on its way or the provider has just failed. */
  refresh(key: string, { subject, pausedUntil }: Answer, call: LiveCall, next: Next<unknown>): void {
    if (this.loads.get(key) !== undefined || call.now < pausedUntil) return;
    this.parts.report.refreshes++;
    void this.run(this.newLoad(call, { key, subject, inBackground: true }), next);
  }

  /** Where hosts share the answers, if they do. */
  shareThrough(shared: SharedLevel | undefined): void {
    this.shared = shared;
  }

  reconfigure(settings: CacheSettings): void {
    this.settings = settings;
  }

  private newLoad(call: LiveCall, of: Omit<SharedLoad['of'], 'number'>): SharedLoad {
    const load = new SharedLoad(call, { ...of, number: ++this.begun }, (load) => this.loads.drop(load));
    load.call.nested.notes = notesFor(this.settings);
    return load;
  }

  private async run(load: SharedLoad, next: Next<unknown>): Promise<void> {
    this.loads.add(load);
    const turn = this.shared === undefined ? undefined : await this.turnOf(load, next);
    if (turn === 'served') return;
    if (!load.of.inBackground) this.parts.report.misses++;
    let result: Settled;
    try {
      result = { ok: true, value: await next(load.call) };
    } catch (error) {
      result = { ok: false, error };
    }
    this.loads.drop(load);
    const kept = load.abandoned ? undefined : this.parts.loaded.settle(load, result);
    if (turn === undefined) return;
    if (kept === undefined || this.shared === undefined) await turn.end();
    else await this.shared.share(turn, kept, this.parts.answers.keptForMs(kept));
  }

  /** This host's turn to ask, `undefined` where it asks by itself, or `'served'` where it need not. */
  private async turnOf(load: SharedLoad, next: Next<unknown>): Promise<AskingTurn | 'served' | undefined> {
    const asked = await this.shared!.ask(load, {
      serves: (answer) => this.serves(answer, load),
      voided: () => this.parts.answers.delete(load.of.key),
    });
    if (load.abandoned) {
      if (asked instanceof AskingTurn) await asked.end();
      return 'served';
    }
    load.startedAt = this.parts.clock.now();
    if (asked instanceof AskingTurn) return asked;
    const answer = asked ?? this.stillFresh(load);
    if (answer === undefined) return undefined;
    this.loads.drop(load);
    if (asked !== undefined && !load.isVoid(answer.tags)) this.parts.answers.set(load.of.key, answer);
    if (asked !== undefined) this.parts.report.fromStore++;
    load.deliver((waiter) => waiter.resolve(this.parts.loaded.ownResult(answer.result)));
    const standing = this.parts.answers.get(load.of.key);
    if (standing !== undefined && load.startedAt >= this.parts.answers.freshUntil(standing))
      this.refresh(load.of.key, standing, load.call, next);
    return 'served';
  }

  /** Whether an answer in the store makes a call needless. One that may stand in for a failure is kept for that. */
  private serves(answer: NewAnswer, load: SharedLoad): boolean {
    const { key, inBackground } = load.of;
    const now = this.parts.clock.now();
    const standing = this.parts.answers.get(key);
    if (inBackground && (standing?.by === answer.by || now >= this.parts.answers.freshUntil(answer))) return false;
    if (this.parts.answers.isGivenNow(answer, now)) return true;
    // It may have been invalidated here since the store was asked.
    const isKept = standing === undefined && !load.isVoid(answer.tags) && this.parts.answers.isOfUse(answer, now);
    if (isKept) this.parts.answers.set(key, answer);
    return false;
  }

  /** The answer of this host, where the store cannot say whether it still holds. */
  private stillFresh({ of: { key, inBackground }, startedAt }: SharedLoad): Answer | undefined {
    const standing = inBackground ? undefined : this.parts.answers.get(key);
    return standing === undefined || startedAt >= this.parts.answers.freshUntil(standing) ? undefined : standing;
  }
}
