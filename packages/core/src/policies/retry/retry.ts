import type { LiveCall, Next } from '../../call.js';
import { REFUSED, SUCCESS, type Outcome } from '../../outcome.js';
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

  async execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const startedAt = call.now;
    // An operation that nobody above can give up is its own first attempt.
    const alone = !call.interruptible;
    const first = alone ? call : call.forAttempt(1);
    let result: Attempted<T>;
    try {
      const value = await next(first);
      if (first.outcome === SUCCESS) {
        this.budget?.earn();
        return value;
      }
      result = { ok: true, value };
    } catch (error) {
      result = { ok: false, error };
    }
    return this.again({ call, next, startedAt, alone }, first, result);
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
      if (outcome.kind === 'success') this.budget?.earn();
      if (result.ok && outcome.kind === 'success') {
        if (attempt > 1) this.counters.recovered++;
        return result.value;
      }
      if (outcome.kind !== 'refused') tried++;
      // A refusal must not hide that the operation was tried before, and may have been done.
      if (last === undefined || outcome.kind !== 'refused') last = result;
      const givenUp = !alone && call.aborted;
      const waitMs = givenUp ? undefined : this.waitFor(outcome, attempted, call);
      if (waitMs === undefined) {
        if (givenUp) throw call.reason;
        return surface(last, { attempts: tried, elapsedMs: this.environment.clock.now() - startedAt });
      }
      await this.wait(waitMs, operation, attempt, outcome);
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
  private waitFor(outcome: Outcome, attempted: LiveCall, call: LiveCall): number | undefined {
    const { settings, environment } = this;
    const { attempt } = attempted;
    if (!this.isRetryable(outcome, attempted)) return undefined;
    if (attempt >= settings.attempts) {
      if (attempt > 1) this.counters.exhausted++;
      return undefined;
    }
    const asked = outcome.retryAfterMs ?? 0;
    if (asked > settings.maxRetryAfter) return undefined;
    const waitMs = Math.max(asked, backoffMs(settings.backoff, attempt, this.random));
    if (environment.clock.now() + waitMs >= call.deadline) return undefined;
    if (this.budget !== undefined && !this.budget.spend()) {
      this.counters.overBudget++;
      environment.emit('retry.overBudget', { attempt, outcome: outcome.kind }, call.operation);
      return undefined;
    }
    return waitMs;
  }

  /** Only what is safe: what was certainly not done, and what may be done twice without harm. */
  private isRetryable(outcome: Outcome, attempted: LiveCall): boolean {
    switch (outcome.kind) {
      case 'not-sent':
      case 'throttled':
      case 'transient':
        return true;
      case 'unknown':
        if (attempted.idempotencyKey !== undefined) return true;
        return this.settings.idempotent ?? outcome.repeatable ?? attempted.repeatable ?? true;
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
    if (ms < 1) await clock.yield();
    else await clock.sleep(ms, alone ? undefined : call.signal);
    if (!alone && call.aborted) throw call.reason;
  }
}

function surface<T>(result: Attempted<T>, history: RetryHistory): T {
  if (result.ok) return result.value;
  if (history.attempts > 1) noteRetries(result.error, history);
  throw result.error;
}
