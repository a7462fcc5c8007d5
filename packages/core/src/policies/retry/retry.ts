import { discard } from '../../values/discard.js';
import { printed } from '../../values/printed.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import { mayRepeat } from '../../engine/requests/may-repeat.js';
import { isInDoubt, REFUSED, type Outcome, type Settled } from '../../outcome/outcome.js';
import type { EnvironmentOf, Wrapper } from '../../engine/policy.js';
import { retryBudgetOf, type RetryBudget } from '../../counting/retry-budget.js';
import { FirstAttempt, type Retrier, type RetryTerms } from './first-attempt.js';
import { RetryOperation } from './retry-operation.js';
import type { RetrySettings } from './retry.options.js';
import type { RetryEvents, RetrySnapshot } from './retry.telemetry.js';

/**
 * Repeats a call that failed and may be repeated, after a wait that ends before the deadline, within the provider's
 * budget. The last real result or error surfaces, untouched.
 */
export class Retry implements Wrapper, Retrier {
  readonly kind = 'retry';
  readonly paysBudget = true;
  private readonly budget: RetryBudget;
  private counters = { retries: 0, recovered: 0, exhausted: 0, overBudget: 0 };
  /** The waits that are under way, each to be ended before its time. */
  private readonly waits = new Set<AbortController>();
  private closed = false;
  private terms: RetryTerms | undefined = undefined;

  constructor(
    private settings: RetrySettings,
    private readonly environment: EnvironmentOf<RetryEvents>,
  ) {
    this.budget = retryBudgetOf(environment);
  }

  execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const first = new FirstAttempt(call, this.termsFor(next));
    // Not an async function: for the calls that go well, which are most, that would cost twice as much.
    return next(first.attempt).then(
      (value) => first.succeeded(value) as T,
      (error: unknown) => {
        const goingOn = first.failed(error);
        if (goingOn === undefined) throw error;
        return goingOn as Promise<T>;
      },
    );
  }

  watch(call: LiveCall, next: Next<unknown>): LiveCall {
    const first = new FirstAttempt(call, this.termsFor(next));
    first.attempt.watcher = first;
    return first.attempt;
  }

  earn(): void {
    this.budget.earn();
  }

  goOn<T>({ call, terms, startedAt, alone, attempt }: FirstAttempt, result: Settled<T>): Promise<T> {
    const { environment } = this;
    const { next, settings } = terms;
    const parts = { call, next: next as Next<T>, settings, environment, startedAt, alone };
    return this.again(new RetryOperation<T>(parts), attempt, result);
  }

  snapshot(): RetrySnapshot {
    const { balance } = this.budget;
    return { ...this.counters, ...(balance !== Infinity && { budget: balance }) };
  }

  reconfigure(settings: RetrySettings): void {
    this.settings = settings;
  }

  /** Nothing is called again any more. Who waits for another attempt gets the error of the last one. */
  close(): void {
    this.closed = true;
    for (const wait of this.waits) wait.abort();
  }

  private termsFor(next: Next<unknown>): RetryTerms {
    const { terms, settings } = this;
    if (terms !== undefined && terms.next === next && terms.settings === settings) return terms;
    return (this.terms = { retry: this, next, settings });
  }

  /** Goes on from the first attempt, if what became of it is not a success. */
  private async again<T>(operation: RetryOperation<T>, attempted: LiveCall, result: Settled<T>): Promise<T> {
    let last = result;
    for (;;) {
      const { givenUp } = operation;
      const outcome = this.outcomeOf(attempted, result, givenUp);
      const { attempt } = attempted;
      const wanted = givenUp || outcome.kind === 'refused' ? undefined : this.wordOn(result, attempted, operation);
      if (outcome.kind === 'success' && wanted !== true) {
        this.budget.earn();
        if (result.ok) {
          if (attempt > 1) this.counters.recovered++;
          return result.value;
        }
      }
      // A refusal must not hide that the operation was tried before, and may have been done.
      if (outcome.kind !== 'refused') {
        operation.tried++;
        last = result;
      }
      const mayGoOn = !givenUp && !attempted.partlyDelivered;
      const retryable =
        mayGoOn && (wanted ?? (this.isRetryable(outcome, attempted, operation) && !operation.wasTriedBelow(result)));
      const waitMs = retryable ? this.planRetry(outcome, attempt, operation) : undefined;
      if (waitMs === undefined) break;
      await this.wait(waitMs, operation);
      // A timer that fired late may have let the time run out.
      if (operation.givenUp || this.closed || operation.isLate) break;
      // The next attempt takes its place, and may need the connection that an unread answer would hold.
      attempted.requests?.discardAnswers();
      discard(result.ok ? result.value : result.error);
      if (isInDoubt(outcome)) operation.noteInDoubt(attempted);
      attempted = operation.attempt(attempt + 1);
      try {
        result = { ok: true, value: await operation.next(attempted) };
      } catch (error) {
        result = { ok: false, error };
      }
    }
    return operation.surface(last);
  }

  /** The outcome of an attempt. For one that a gate refused, how long the refusal asks to wait. */
  private outcomeOf(attempted: LiveCall, result: Settled, givenUp: boolean): Outcome {
    const { outcome = REFUSED } = attempted;
    return outcome === REFUSED && !givenUp ? this.environment.classify(result, attempted) : outcome;
  }

  /** Pays for another attempt and says so, if there is to be one. Returns how long to wait for it. */
  private planRetry(outcome: Outcome, attempt: number, operation: RetryOperation<unknown>): number | undefined {
    const { environment, counters } = this;
    const { call } = operation;
    if (attempt >= operation.attemptsFor(outcome)) {
      if (attempt > 1) counters.exhausted++;
      return undefined;
    }
    const waitMs = this.closed ? undefined : operation.waitFor(outcome, attempt);
    if (waitMs === undefined) return undefined;
    if (!this.budget.spend()) {
      counters.overBudget++;
      environment.emit('retry.overBudget', { attempt, outcome: outcome.kind }, call.operation);
      return undefined;
    }
    counters.retries++;
    environment.emit('retry.scheduled', { attempt, outcome: outcome.kind, waitMs }, call.operation);
    return waitMs;
  }

  private async wait(ms: number, operation: RetryOperation<unknown>): Promise<void> {
    if (this.closed) return;
    const end = new AbortController();
    this.waits.add(end);
    await operation.wait(ms, end);
    this.waits.delete(end);
  }

  /** The user's own word on another attempt. A predicate that throws is reported and has said nothing. */
  private wordOn(
    result: Settled,
    { attempt, operation }: LiveCall,
    { settings }: RetryOperation<unknown>,
  ): boolean | undefined {
    try {
      const word: unknown = settings.when?.(result, attempt);
      if (word instanceof Promise) {
        word.catch(() => undefined);
        throw new TypeError('expected true, false or undefined at once, got a promise');
      }
      if (typeof word === 'boolean' || word === undefined || word === null) return word ?? undefined;
      throw new TypeError(`expected true, false or undefined, got ${printed(word)}`);
    } catch (error) {
      this.environment.callbackFailed('retry.when', error, operation);
      return undefined;
    }
  }

  /**
   * Only what is safe: what was certainly not done, and what may be done twice without harm. Never what the server
   * forbids.
   */
  private isRetryable(outcome: Outcome, attempted: LiveCall, { settings }: RetryOperation<unknown>): boolean {
    if (outcome.pushback === 'never') return false;
    switch (outcome.kind) {
      case 'not-sent':
      case 'throttled':
      case 'transient':
      case 'unknown':
        return mayRepeat(attempted, settings.idempotent, outcome);
      case 'refused':
        return (
          settings.refusals && outcome.retryAfterMs !== undefined && mayRepeat(attempted, settings.idempotent, outcome)
        );
      default:
        return false;
    }
  }
}
