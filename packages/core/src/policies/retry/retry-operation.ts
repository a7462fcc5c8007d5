import type { LiveCall, Next } from '../../engine/live-call.js';
import type { Outcome, Settled } from '../../outcome/outcome.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import type { KeyedRequests } from '../../engine/requests/keyed-requests.js';
import { backoffMs } from './backoff.js';
import { noteRetries, wasRetriedWithin } from './retry-history.js';
import type { RetrySettings } from './retry.options.js';
import type { RetryEvents } from './retry.telemetry.js';
import { childAttempt, copyForAttempt } from '../../engine/derived-calls.js';
import { raceAbort } from '../../engine/attempt/race-abort.js';

export interface RetryOperationParts<T> {
  readonly call: LiveCall;
  readonly next: Next<T>;
  /** Those with which it began: newer ones are for the calls after it. */
  readonly settings: RetrySettings;
  readonly environment: EnvironmentOf<RetryEvents>;
  readonly startedAt: number;
  /** Whether nothing above can abort it. It is its own first attempt then. */
  readonly alone: boolean;
}

/** One operation that did not go well at once: the limits that it keeps to, its waits, and how it ends. */
export class RetryOperation<T> {
  readonly call: LiveCall;
  readonly next: Next<T>;
  readonly settings: RetrySettings;
  /** How often it was tried, refusals not included. */
  tried = 0;
  /** How long the last backoff was, once there was one. */
  private backedOffMs: number | undefined = undefined;
  /** The requests under its key of attempts that may have been done, once there is any. */
  private keyedInDoubt: readonly KeyedRequests[] | undefined = undefined;

  constructor(private readonly parts: RetryOperationParts<T>) {
    this.call = parts.call;
    this.next = parts.next;
    this.settings = parts.settings;
  }

  get givenUp(): boolean {
    return !this.parts.alone && this.call.aborted;
  }

  /** Whether it is too late for another attempt to begin. */
  get isLate(): boolean {
    return this.isLateAt(this.parts.environment.clock.now());
  }

  /** The call for another attempt. */
  attempt(number: number): LiveCall {
    const { call, keyedInDoubt } = this;
    const attempt = this.parts.alone ? copyForAttempt(call, number) : childAttempt(call, number);
    if (keyedInDoubt !== undefined) attempt.origin.wire?.()?.repeats(attempt, keyedInDoubt);
    return attempt;
  }

  /** An attempt may have been done. */
  noteInDoubt({ requests }: LiveCall): void {
    if (requests?.keyed !== undefined) this.keyedInDoubt = [...(this.keyedInDoubt ?? []), requests.keyed];
  }

  /** How many attempts there are at most after this outcome. */
  attemptsFor({ kind }: Outcome): number {
    const { attempts, throttled } = this.settings;
    return (kind === 'throttled' ? throttled?.attempts : undefined) ?? attempts;
  }

  /** Whether a retry within this operation has failed with it: another round would multiply the attempts. */
  wasTriedBelow(result: Settled): boolean {
    if (this.settings.nested || result.ok) return false;
    const { startedAt, environment } = this.parts;
    return wasRetriedWithin(result.error, startedAt, environment.clock.now());
  }

  /** How long to wait after an attempt, or `undefined` when that is longer than any wait may be. */
  waitFor(outcome: Outcome, attempt: number): number | undefined {
    const { settings, backedOffMs: previousMs } = this;
    const { environment } = this.parts;
    const asked = outcome.retryAfterMs ?? 0;
    if (asked > settings.maxRetryAfter) return undefined;
    const backoff = (outcome.kind === 'throttled' ? settings.throttled?.backoff : undefined) ?? settings.backoff;
    const backedOffMs = backoffMs(backoff, { attempt, previousMs }, () => environment.random());
    this.backedOffMs = backedOffMs;
    const waitMs = outcome.pushback === 'exact' ? asked : Math.max(asked, backedOffMs);
    return this.isLateAt(environment.clock.now() + waitMs) ? undefined : waitMs;
  }

  /** Waits so long, or until the call or `end` is aborted. */
  async wait(ms: number, end: AbortController): Promise<void> {
    const { call } = this;
    const { alone, environment } = this.parts;
    const { clock } = environment;
    if (this.givenUp) return;
    const stopListening = alone ? undefined : call.onAbort(() => end.abort());
    try {
      // A loop that never leaves the microtask queue would starve every timer and socket of the process.
      if (ms < 1) await (alone ? clock.yield() : raceAbort(call, clock.yield()));
      else await clock.sleep(ms, end.signal);
    } catch {
      // Why it ended before its time is asked by who waits.
    } finally {
      stopListening?.();
    }
  }

  /** Ends it without a success: with the reason for its abort, otherwise with the last result. */
  surface(last: Settled<T>): T {
    const { call, givenUp } = this;
    const result: Settled<T> = givenUp ? { ok: false, error: call.reason } : last;
    if (result.ok) return result.value;
    // A caller's reason is the caller's own, and may be that of many calls.
    if (!givenUp || !call.cancelled) this.note(result.error);
    throw result.error;
  }

  private note(error: unknown): void {
    const { startedAt, environment } = this.parts;
    noteRetries(error, { attempts: this.tried, elapsedMs: environment.clock.now() - startedAt }, startedAt);
  }

  private isLateAt(at: number): boolean {
    const { maxElapsed = Infinity } = this.settings;
    return at >= this.call.deadline || at - this.parts.startedAt > maxElapsed;
  }
}
