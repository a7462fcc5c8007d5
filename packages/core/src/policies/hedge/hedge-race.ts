import { discard } from '../../values/discard.js';
import { Deadline } from '../../time/deadline-list.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import { mayRepeat } from '../../engine/requests/may-repeat.js';
import { CANCELLED, type Outcome, type OutcomeKind, type Settled } from '../../outcome/outcome.js';
import type { Environment } from '../../engine/policy.js';
import { SentRequests } from '../../engine/requests/sent-requests.js';
import { HedgeLostError } from './hedge-lost.error.js';
import { siblingAttempt } from '../../engine/derived-calls.js';

/** The rules of a race, and its report. `hedge` counts from 1; 0 is the first attempt. */
export interface RaceRules {
  readonly settings: { readonly attempts: number; readonly idempotent?: boolean | undefined };
  readonly environment: Omit<Environment, 'emit'>;
  /** Pays for another attempt; `false` when there is to be none. */
  pay(call: LiveCall, hedge: number, why: 'slow' | 'failed'): boolean;
  succeeded(call: LiveCall, hedge: number): void;
  /** The first attempt took at least until now. */
  recordSince(startedAt: number): void;
}

/**
 * The attempts of one operation that run side by side. The first answer counts for all; attempts that are still under
 * way then are aborted. It is its own deadline: when it expires, another attempt is due.
 */
export class HedgeRace<T> extends Deadline {
  private readonly settings: RaceRules['settings'];
  private readonly startedAt: number;
  private readonly sent: LiveCall[] = [];
  private inFlight: LiveCall[] = [];
  private failure: { readonly result: Settled<T>; readonly outcome: Outcome } | undefined = undefined;
  private result: Settled<T> | undefined = undefined;
  private due = false;
  /** Whether no more attempts are sent. */
  private closed = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly rules: RaceRules,
    private readonly delayMs: number,
    private readonly call: LiveCall,
    private readonly proceed: Next<T>,
  ) {
    super();
    this.settings = rules.settings;
    this.startedAt = call.now;
  }

  async run(): Promise<T> {
    const { call } = this;
    if (call.aborted) throw call.reason;
    const stopListening = call.abortable ? call.onAbort(() => this.giveUp()) : undefined;
    this.send();
    while (this.result === undefined) {
      // The waiting call goes on in its own async context. The timer, which others share, has another's.
      await new Promise<void>((wake) => (this.wake = wake));
      if (this.due) this.hedge('slow');
    }
    stopListening?.();
    if (this.result.ok) return this.result.value;
    throw this.result.error;
  }

  override expire(): void {
    this.due = true;
    this.wake();
  }

  private send(): void {
    const { call, sent, settings, delayMs } = this;
    const attempt = siblingAttempt(call, sent.length > 0);
    sent.push(attempt);
    this.inFlight.push(attempt);
    if (sent.length < settings.attempts) {
      this.rules.environment.clock.expireAfter(delayMs, this, call.now);
    }
    this.proceed(attempt).then(
      (value) => this.settle(attempt, { ok: true, value }),
      (error: unknown) => this.settle(attempt, { ok: false, error }),
    );
  }

  /** Sends another attempt, if there may be one. */
  private hedge(why: 'slow' | 'failed'): void {
    const { rules, settings, call, sent } = this;
    this.due = false;
    this.remove();
    if (this.closed || sent.length >= settings.attempts) return;
    const paid =
      this.inFlight.every((attempt) => mayRepeat(attempt, settings.idempotent)) && rules.pay(call, sent.length, why);
    if (!paid) this.closed = true;
    // A listener may have aborted the call.
    if (this.closed) return;
    call.forgetTime();
    this.send();
  }

  private settle(attempt: LiveCall, result: Settled<T>): void {
    if (this.result !== undefined) return discard(result.ok ? result.value : result.error);
    this.inFlight = this.inFlight.filter((other) => other !== attempt);
    const outcome = attempt.outcome ?? this.rules.environment.classify(result, attempt);
    if (isAnswer(outcome.kind)) return this.take(attempt, result, outcome);
    this.noteFailure(result, outcome);
    if (this.endsHedging(attempt, outcome)) this.closed = true;
    this.hedge('failed');
    if (this.inFlight.length > 0) return;
    this.conclude(this.failure!.result, this.failure!.outcome);
    this.wake();
  }

  /** An attempt has brought an answer: the others have lost. */
  private take(attempt: LiveCall, result: Settled<T>, outcome: Outcome): void {
    const { call, rules, sent, inFlight } = this;
    const { provider, operation } = call;
    const succeeded = outcome.kind === 'success';
    // A first attempt that has lost took longer than this. Left out, slow attempts would vanish from sight.
    if (inFlight.includes(sent[0]!) || (succeeded && attempt === sent[0])) rules.recordSince(this.startedAt);
    if (succeeded) rules.succeeded(call, sent.indexOf(attempt));
    this.conclude(result, outcome);
    if (inFlight.length > 0) this.giveUpAll(new HedgeLostError({ provider, operation }), true);
    this.wake();
  }

  /** The operation was aborted, and all its attempts with it. */
  private giveUp(): void {
    const { reason, cancelled } = this.call;
    const result: Settled<T> = { ok: false, error: reason };
    this.conclude(result, cancelled ? CANCELLED : this.rules.environment.classify(result, this.call));
    this.giveUpAll(reason, cancelled);
    this.wake();
  }

  /** Called before the result is known to any waiter: whether a loser may have done something is known then. */
  private giveUpAll(reason: unknown, cancelled: boolean): void {
    for (const attempt of this.inFlight) attempt.abort(reason, cancelled);
  }

  private conclude(result: Settled<T>, outcome: Outcome): void {
    const { call, sent } = this;
    this.result = result;
    this.closed = true;
    this.remove();
    for (const { requests } of sent) {
      if (requests !== undefined) (call.requests ??= new SentRequests()).adopt(requests);
    }
    call.end(outcome);
  }

  /**
   * Keeps what is to surface if no attempt brings an answer: the last failure, but neither a refusal by a gate nor what
   * was certainly not done may hide what may have been done. It asks to wait as long as any of them did.
   */
  private noteFailure(result: Settled<T>, outcome: Outcome): void {
    const before = this.failure;
    if (before === undefined) this.failure = { result, outcome };
    else if (gravity(outcome) >= gravity(before.outcome)) {
      this.failure = { result, outcome: heeding(outcome, before.outcome) };
    } else this.failure = { result: before.result, outcome: heeding(before.outcome, outcome) };
  }

  /**
   * Whether a failure allows no more attempts: the engine or the provider wants fewer calls, or it may have been done.
   */
  private endsHedging(attempt: LiveCall, outcome: Outcome): boolean {
    const { kind, pushback, retryAfterMs = 0 } = outcome;
    if (kind === 'refused' || kind === 'throttled' || pushback === 'never' || retryAfterMs > 0) return true;
    return !mayRepeat(attempt, this.settings.idempotent, outcome);
  }
}

/** Whether another attempt would bring nothing else. */
function isAnswer(kind: OutcomeKind): boolean {
  return (
    kind !== 'not-sent' && kind !== 'throttled' && kind !== 'transient' && kind !== 'unknown' && kind !== 'refused'
  );
}

function gravity({ kind }: Outcome): number {
  if (kind === 'refused') return 0;
  return kind === 'unknown' ? 2 : 1;
}

/** An outcome that asks to wait as another one does, too. */
function heeding(outcome: Outcome, { retryAfterMs, pushback }: Outcome): Outcome {
  if (retryAfterMs === undefined && pushback !== 'never') return outcome;
  return {
    ...outcome,
    retryAfterMs: Math.max(outcome.retryAfterMs ?? 0, retryAfterMs ?? 0),
    pushback: pushback === 'never' ? pushback : outcome.pushback,
  };
}
