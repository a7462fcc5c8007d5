import type { LiveCall, Next } from '../../call.js';
import { mayRepeat } from '../../may-repeat.js';
import { REFUSED, SUCCESS, type Outcome, type Settled } from '../../outcome.js';
import type { Environment, Wrapper } from '../../policy.js';
import { RetryBudget } from '../../retry-budget.js';
import { backoffMs } from './backoff.js';
import { noteRetries, type RetryHistory } from './retry-history.js';
import type { RetrySettings } from './retry.options.js';

/** One operation, and whether nobody above can give it up. */
interface Operation<T> {
  readonly call: LiveCall;
  readonly next: Next<T>;
  readonly startedAt: number;
  readonly alone: boolean;
  /** How long the last backoff was, once there was one. */
  backedOffMs?: number;
}

/** What surfaced from one attempt. */
type Attempted<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/**
 * Calls again what failed and may be repeated, after a wait that ends before the deadline, within the provider's budget.
 * What surfaces in the end is the last real result or error, untouched.
 */
export class Retry implements Wrapper {
  readonly kind = 'retry';
  private budget: RetryBudget | undefined;
  private readonly random: () => number;
  private counters = { retries: 0, recovered: 0, exhausted: 0, overBudget: 0 };

  constructor(
    private settings: RetrySettings,
    private readonly environment: Environment,
  ) {
    this.random = () => environment.random();
    this.budget = this.budgetOf(settings);
  }

  execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const startedAt = call.now;
    // An operation that nobody above can give up is its own first attempt.
    const alone = !call.interruptible;
    call.budgeted = this.budget !== undefined;
    const first = alone ? call : call.forAttempt(1);
    const goOn = (result: Attempted<T>) => this.again({ call, next, startedAt, alone }, first, result);
    // Not an async function: for the calls that go well, which are most, that would cost twice as much.
    return next(first).then(
      (value) => {
        if (first.outcome !== SUCCESS || this.settings.when !== undefined) return goOn({ ok: true, value });
        this.budget?.earn();
        return value;
      },
      (error: unknown) => {
        // Failing fast is to be fast: a refusal that is not waited for goes straight through.
        if (first.outcome === REFUSED && !this.settings.refusals && (alone || !call.aborted)) throw error;
        return goOn({ ok: false, error });
      },
    );
  }

  snapshot(): Readonly<Record<string, unknown>> {
    return { ...this.counters, ...(this.budget && { budget: this.budget.balance }) };
  }

  reconfigure(settings: RetrySettings): void {
    this.settings = settings;
    this.budget = this.budgetOf(settings);
  }

  /** Goes on from the first attempt, if what became of it is not a success. */
  private async again<T>(operation: Operation<T>, attempted: LiveCall, result: Attempted<T>): Promise<T> {
    const { call, next, startedAt, alone } = operation;
    let last: Attempted<T> | undefined;
    let tried = 0;
    for (;;) {
      const outcome = this.outcomeOf(attempted, result);
      const { attempt } = attempted;
      const givenUp = !alone && call.aborted;
      const wanted = givenUp || outcome.kind === 'refused' ? undefined : this.wordOn(result, attempted);
      if (outcome.kind === 'success' && wanted !== true) {
        this.budget?.earn();
        if (result.ok) {
          if (attempt > 1) this.counters.recovered++;
          return result.value;
        }
      }
      if (outcome.kind !== 'refused') tried++;
      // A refusal must not hide that the operation was tried before, and may have been done.
      if (last === undefined || outcome.kind !== 'refused') last = result;
      if (givenUp) throw call.reason;
      const retryable = wanted ?? this.isRetryable(outcome, attempted);
      const waitMs = retryable ? this.waitFor(outcome, attempt, operation) : undefined;
      if (waitMs !== undefined) await this.wait(waitMs, operation, attempt, outcome);
      // A timer that fired late may have let the time run out.
      if (waitMs === undefined || this.isOver(operation)) {
        return surface(last, { attempts: tried, elapsedMs: this.environment.clock.now() - startedAt });
      }
      attempted = alone ? call.again(attempt + 1) : call.forAttempt(attempt + 1);
      try {
        result = { ok: true, value: await next(attempted) };
      } catch (error) {
        result = { ok: false, error };
      }
    }
  }

  /** What came of an attempt. Of one that a gate refused, how long the refusal asks to wait. */
  private outcomeOf<T>({ outcome = REFUSED }: LiveCall, result: Attempted<T>): Outcome {
    return outcome === REFUSED ? this.environment.classify(result) : outcome;
  }

  /** The budget of the provider: its methods share it. */
  private budgetOf({ budget }: RetrySettings): RetryBudget | undefined {
    if (budget === false) return undefined;
    const { clock, shared } = this.environment;
    const standing = shared('retryBudget', () => new RetryBudget(clock));
    standing.configure(budget);
    return standing;
  }

  /** How long to wait before the next attempt, or `undefined` when there is to be none. */
  private waitFor(outcome: Outcome, attempt: number, operation: Operation<unknown>): number | undefined {
    const { settings, environment } = this;
    const { maxElapsed = Infinity } = settings;
    const { call, startedAt, backedOffMs: previousMs } = operation;
    if (attempt >= settings.attempts) {
      if (attempt > 1) this.counters.exhausted++;
      return undefined;
    }
    const asked = outcome.retryAfterMs ?? 0;
    if (asked > settings.maxRetryAfter) return undefined;
    const backedOffMs = backoffMs(settings.backoff, { attempt, previousMs }, this.random);
    operation.backedOffMs = backedOffMs;
    const waitMs = outcome.pushback === 'exact' ? asked : Math.max(asked, backedOffMs);
    const resumeAt = environment.clock.now() + waitMs;
    if (resumeAt >= call.deadline || resumeAt - startedAt > maxElapsed) return undefined;
    if (this.budget !== undefined && !this.budget.spend()) {
      this.counters.overBudget++;
      environment.emit('retry.overBudget', { attempt, outcome: outcome.kind }, call.operation);
      return undefined;
    }
    return waitMs;
  }

  /** The user's own word on another attempt. A predicate that throws is reported and has said nothing. */
  private wordOn(result: Settled, { attempt, operation }: LiveCall): boolean | undefined {
    const { when } = this.settings;
    try {
      const word: unknown = when?.(result, attempt);
      return typeof word === 'boolean' ? word : undefined;
    } catch (error) {
      const detail = { attempt, error: error instanceof Error ? error.message : String(error) };
      this.environment.emit('retry.whenFailed', detail, operation);
      return undefined;
    }
  }

  /** Only what is safe: what was certainly not done, and what may be done twice without harm. Never what the server forbids. */
  private isRetryable(outcome: Outcome, attempted: LiveCall): boolean {
    if (outcome.pushback === 'never') return false;
    switch (outcome.kind) {
      case 'not-sent':
      case 'throttled':
      case 'transient':
        return true;
      case 'unknown':
        return mayRepeat(attempted, this.settings.idempotent, outcome);
      case 'refused':
        return this.settings.refusals && outcome.retryAfterMs !== undefined;
      default:
        return false;
    }
  }

  private async wait(
    ms: number,
    { call, alone }: Operation<unknown>,
    attempt: number,
    outcome: Outcome,
  ): Promise<void> {
    const { clock, emit } = this.environment;
    this.counters.retries++;
    emit('retry.scheduled', { attempt, outcome: outcome.kind, waitMs: ms }, call.operation);
    // A loop that never leaves the microtask queue would starve every timer and socket of the process.
    if (ms < 1) await (alone ? clock.yield() : call.race(clock.yield()));
    else await clock.sleep(ms, alone ? undefined : call.signal);
  }

  /** Whether it is too late for another attempt to begin. */
  private isOver({ startedAt }: Operation<unknown>): boolean {
    const { maxElapsed = Infinity } = this.settings;
    return this.environment.clock.now() - startedAt > maxElapsed;
  }
}

function surface<T>(result: Attempted<T>, history: RetryHistory): T {
  if (result.ok) return result.value;
  if (history.attempts > 1) noteRetries(result.error, history);
  throw result.error;
}
