import { nameOf } from '../../errors/name-of.js';
import { isResilienceError } from '../../errors/resilience-error.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { EnvironmentOf, Wrapper } from '../../engine/policy.js';
import type { Outcome, Settled } from '../../outcome/outcome.js';
import { AnswerDeadline } from './answer-deadline.js';
import type { FallbackSettings } from './fallback.options.js';
import type { FallbackEvents, FallbackSnapshot } from './fallback.telemetry.js';
import { withCause } from './with-cause.js';
import { raceAbort } from '../../engine/attempt/race-abort.js';
import { childAttempt } from '../../engine/derived-calls.js';

/** Answers in place of a failure. A caller's own abort is not a failure that a fallback could mend. */
export class Fallback implements Wrapper {
  readonly kind = 'fallback';
  private readonly counters = { used: 0, failed: 0 };

  constructor(
    private settings: FallbackSettings,
    private readonly environment: EnvironmentOf<FallbackEvents>,
  ) {}

  async execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    // A policy that aborts or ends the call below leaves this one to its caller, who may still abort it while the
    // answer is made.
    const below = call.abortable ? childAttempt(call, 1) : call;
    let result: Settled<T>;
    try {
      result = { ok: true, value: await next(below) };
    } catch (error) {
      if (call.cancelled) throw error;
      result = { ok: false, error };
    }
    const outcome = this.environment.classify(result, below);
    if (outcome.kind === 'success' || !this.isWanted(result, outcome, call)) return valueOf(result);
    return this.answer(call, below, result);
  }

  snapshot(): FallbackSnapshot {
    return { ...this.counters };
  }

  reconfigure(settings: FallbackSettings): void {
    this.settings = settings;
  }

  private isWanted(result: Settled, outcome: Outcome, { operation }: LiveCall): boolean {
    try {
      const wanted: unknown = this.settings.when(result, outcome);
      if (typeof wanted === 'boolean') return wanted;
      if (wanted instanceof Promise) wanted.catch(() => undefined);
      throw new TypeError(
        `expected true or false at once, got ${wanted instanceof Promise ? 'a promise' : typeof wanted}`,
      );
    } catch (error) {
      this.environment.callbackFailed('fallback.when', error, operation);
      return false;
    }
  }

  private async answer<T>(call: LiveCall, below: LiveCall, result: Settled<T>): Promise<T> {
    const { operation } = call;
    const failure = result.ok ? result.value : result.error;
    this.counters.used++;
    this.environment.emit('fallback.used', { error: nameOf(failure) }, operation);
    try {
      const answer = this.settings.answer.call(call.receiver, failure, ...call.args) as T | Promise<T>;
      return await this.inTime(call, below, failure, answer);
    } catch (error) {
      if (below !== call && call.aborted && error === call.reason) throw error;
      this.counters.failed++;
      this.environment.emit('fallback.failed', { error: nameOf(error) }, operation);
      throw withCause(error, failure);
    }
  }

  /**
   * The answer, while there is time for it: until the total timeout, or for as long again where that has passed. After
   * that the failure surfaces for which the fallback was asked.
   */
  private async inTime<T>(call: LiveCall, below: LiveCall, failure: unknown, answer: T | Promise<T>): Promise<T> {
    const { clock } = this.environment;
    // Where no caller can abort the call, it may have been the total timeout that did.
    const made = below === call ? answer : raceAbort(call, Promise.resolve(answer));
    const leftMs = totalOf(failure) ?? below.deadline - clock.now();
    if (leftMs === Infinity) return made;
    const deadline = new AnswerDeadline(failure);
    clock.expireAfter(Math.max(0, leftMs), deadline, clock.now());
    try {
      return await Promise.race([made, deadline.passed]);
    } finally {
      deadline.remove();
    }
  }
}

function valueOf<T>(result: Settled<T>): T {
  if (result.ok) return result.value;
  throw result.error;
}

/** How long the total timeout was that has passed. */
function totalOf(failure: unknown): number | undefined {
  try {
    if (!isResilienceError(failure) || !('scope' in failure) || failure.scope !== 'total') return undefined;
    return 'afterMs' in failure && typeof failure.afterMs === 'number' ? failure.afterMs : undefined;
  } catch {
    return undefined;
  }
}
