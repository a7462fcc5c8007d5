import { LatencyHistogram } from '../../counting/latency-histogram.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { EnvironmentOf, Wrapper } from '../../engine/policy.js';
import { retryBudgetOf, type RetryBudget } from '../../counting/retry-budget.js';
import { HedgeRace, type RaceRules } from './hedge-race.js';
import type { HedgeSettings, QuantileSettings } from './hedge.options.js';
import type { HedgeEvents, HedgeSnapshot } from './hedge.telemetry.js';

/**
 * Sends another attempt beside one that takes long, or has failed and may be repeated, and takes the first answer. Such
 * attempts are paid from the provider's retry budget. For a retry, all these attempts are one, and they have its
 * number. Source: gRFC A6, "Hedging Policy"; Dean and Barroso, "The Tail at Scale".
 */
export class Hedge implements Wrapper, RaceRules {
  readonly kind = 'hedge';
  private readonly budget: RetryBudget;
  private latencies: LatencyHistogram | undefined;
  /** Whether a policy above pays successes into the budget. */
  private isPaidAbove = false;
  private counters = { hedges: 0, wins: 0, overBudget: 0 };

  constructor(
    public settings: HedgeSettings,
    readonly environment: EnvironmentOf<HedgeEvents>,
  ) {
    this.budget = retryBudgetOf(environment);
    this.reconfigure(settings);
  }

  execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const { delayMs } = this;
    return delayMs === undefined ? this.alone(call, next) : new HedgeRace(this, delayMs, call, next).run();
  }

  snapshot(): HedgeSnapshot {
    const { delayMs } = this;
    return { ...this.counters, ...(delayMs !== undefined && { delayMs }) };
  }

  reconfigure(settings: HedgeSettings): void {
    this.settings = settings;
    if (typeof settings.delay === 'number') this.latencies = undefined;
    else this.latencies ??= new LatencyHistogram();
  }

  pay(call: LiveCall, hedge: number, why: 'slow' | 'failed'): boolean {
    const { environment, counters } = this;
    const { attempt, operation } = call;
    if (!this.budget.spend()) {
      counters.overBudget++;
      environment.emit('hedge.overBudget', { attempt, hedge, why }, operation);
      return false;
    }
    counters.hedges++;
    environment.emit('hedge.sent', { attempt, hedge, why }, operation);
    return true;
  }

  within(wrappers: readonly Wrapper[]): void {
    this.isPaidAbove = wrappers.some(({ paysBudget }) => paysBudget);
  }

  succeeded({ attempt, operation }: LiveCall, hedge: number): void {
    if (!this.isPaidAbove) this.budget.earn();
    if (hedge === 0) return;
    this.counters.wins++;
    this.environment.emit('hedge.won', { attempt, hedge }, operation);
  }

  recordSince(startedAt: number): void {
    this.latencies?.record(this.environment.clock.now() - startedAt);
  }

  /** After how long another attempt is sent; `undefined` while too few calls were seen. */
  private get delayMs(): number | undefined {
    const { delay } = this.settings;
    return typeof delay === 'number' ? delay : this.observedDelay(delay);
  }

  private observedDelay({
    quantile,
    min,
    max = Infinity,
    minimumCalls,
    initial,
  }: QuantileSettings): number | undefined {
    const { total } = this.latencies!;
    const ms = total < minimumCalls ? initial : this.latencies!.quantile(quantile);
    return ms === undefined ? undefined : Math.min(max, Math.max(min, Math.ceil(ms)));
  }

  /** The attempt alone, to see how long it takes. */
  private async alone<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const { now } = call;
    const value = await next(call);
    if (call.outcome!.kind === 'success') {
      this.recordSince(now);
      this.succeeded(call, 0);
    }
    return value;
  }
}
