import type { LiveCall, Next } from '../../call.js';
import type { Outcome } from '../../outcome.js';
import type { Environment, Wrapper } from '../../policy.js';
import { RetryBudget } from '../../retry-budget.js';
import { backoffMs } from './backoff.js';
import { noteRetries, type RetryHistory } from './retry-history.js';
import type { RetrySettings } from './retry.options.js';

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
    const { clock } = this.environment;
    let startedAt = 0;
    let last: Attempted<T> | undefined;
    let tried = 0;
    for (let attempt = 1; ; attempt++) {
      let result: Attempted<T>;
      const attempted = call.forAttempt(attempt);
      try {
        result = { ok: true, value: await next(attempted) };
      } catch (error) {
        result = { ok: false, error };
      }
      const outcome = this.environment.classify(result);
      if (outcome.kind === 'success') this.budget?.earn();
      if (result.ok && outcome.kind === 'success') {
        if (attempt > 1) this.counters.recovered++;
        return result.value;
      }
      if (attempt === 1) startedAt = attempted.startedAt;
      if (outcome.kind !== 'refused') tried++;
      // A refusal must not hide that the operation was tried before, and may have been done.
      if (last === undefined || outcome.kind !== 'refused') last = result;
      const waitMs = call.aborted ? undefined : this.waitFor(outcome, attempted, call);
      if (waitMs === undefined) {
        return surface(last, call, { attempts: tried, elapsedMs: clock.now() - startedAt });
      }
      await this.wait(waitMs, call, attempt, outcome);
    }
  }

  snapshot(): Readonly<Record<string, unknown>> {
    return { ...this.counters, ...(this.budget && { budget: this.budget.balance }) };
  }

  reconfigure(settings: RetrySettings): void {
    this.settings = settings;
    this.budget = this.budgetOf(settings);
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

  private async wait(ms: number, call: LiveCall, attempt: number, outcome: Outcome): Promise<void> {
    this.counters.retries++;
    this.environment.emit('retry.scheduled', { attempt, outcome: outcome.kind, waitMs: ms }, call.operation);
    // A loop that never leaves the microtask queue would starve every timer and socket of the process.
    if (ms < 1) await this.environment.clock.yield();
    else await this.environment.clock.sleep(ms, call.signal);
    if (call.aborted) throw call.reason;
  }
}

function surface<T>(result: Attempted<T>, call: LiveCall, history: RetryHistory): T {
  if (call.aborted) throw call.reason;
  if (result.ok) return result.value;
  if (history.attempts > 1) noteRetries(result.error, history);
  throw result.error;
}
