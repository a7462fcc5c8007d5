import type { LiveCall, Next } from '../../call.js';
import { SUCCESS, type Outcome } from '../../outcome.js';
import type { Environment, Wrapper } from '../../policy.js';
import { RetryBudget } from '../../retry-budget.js';
import { backoffMs } from './backoff.js';
import { noteRetries } from './retry-history.js';
import type { RetrySettings } from './retry.options.js';

/** What surfaced from one attempt. */
type Attempted<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/**
 * Calls again what failed and may be repeated, after a wait that ends before the deadline, within the provider's budget.
 * What surfaces in the end is the last real result or error, untouched.
 */
export class Retry implements Wrapper {
  readonly kind = 'retry';
  private readonly budget: RetryBudget | undefined;
  private readonly random: () => number;
  private counters = { retries: 0, recovered: 0, exhausted: 0, overBudget: 0 };

  constructor(
    private settings: RetrySettings,
    private readonly environment: Environment,
  ) {
    const { budget } = settings;
    this.random = () => environment.random();
    this.budget =
      budget === false
        ? undefined
        : environment.shared('retryBudget', () => new RetryBudget(budget.ratio, budget.minPerSecond, environment.clock));
  }

  async execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const { clock } = this.environment;
    let startedAt = 0;
    for (let attempt = 1; ; attempt++) {
      let result: Attempted<T>;
      const attempted = call.forAttempt(attempt);
      try {
        result = { ok: true, value: await next(attempted) };
      } catch (error) {
        result = { ok: false, error };
      }
      const outcome = result.ok && !isObject(result.value) ? SUCCESS : this.environment.classify(result);
      if (outcome.kind === 'success') {
        this.budget?.earn();
        if (attempt > 1) this.counters.recovered++;
        return (result as { value: T }).value;
      }
      if (attempt === 1) startedAt = attempted.startedAt;
      const waitMs = call.aborted ? undefined : this.waitFor(outcome, call, attempt);
      if (waitMs === undefined) return this.surface(result, call, { attempts: attempt, elapsedMs: clock.now() - startedAt });
      await this.wait(waitMs, call, attempt, outcome);
    }
  }

  snapshot(): Readonly<Record<string, unknown>> {
    return { ...this.counters, ...(this.budget && { budget: this.budget.balance }) };
  }

  reconfigure(settings: RetrySettings): void {
    this.settings = settings;
  }

  /** How long to wait before the next attempt, or `undefined` when there is to be none. */
  private waitFor(outcome: Outcome, call: LiveCall, attempt: number): number | undefined {
    const { settings, environment } = this;
    if (!this.isRetryable(outcome, call)) return undefined;
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
  private isRetryable(outcome: Outcome, call: LiveCall): boolean {
    switch (outcome.kind) {
      case 'not-sent':
      case 'throttled':
      case 'transient':
        return true;
      case 'unknown':
        return call.idempotencyKey !== undefined || (this.settings.idempotent ?? outcome.repeatable ?? true);
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

  private surface<T>(result: Attempted<T>, call: LiveCall, history: { attempts: number; elapsedMs: number }): T {
    if (result.ok) return result.value;
    if (call.aborted) throw call.reason;
    if (history.attempts > 1) noteRetries(result.error, history);
    throw result.error;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
