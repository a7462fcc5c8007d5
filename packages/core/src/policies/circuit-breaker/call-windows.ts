import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import type { CircuitBreakerSnapshot, WindowSnapshot } from './circuit-breaker.telemetry.js';
import type { SlowMark } from './slow-watch.js';
import { CountWindow } from './count-window.js';
import { reaches } from './share.js';
import type { LiveCall } from '../../engine/live-call.js';
import { TimeWindow } from '../../counting/time-window.js';
import type { WindowCounts } from '../../counting/window-counts.js';

/** Why a circuit opens, with what was counted. Plain JSON, for events. */
export interface Trip {
  readonly reason: 'consecutive failures' | 'failure rate' | 'slow call rate';
  readonly window: 'consecutive' | 'count' | 'time';
  readonly calls: number;
  readonly failed: number;
  readonly slow?: number;
}

/** How a call ended. */
interface EndedCall {
  readonly failed: boolean;
  /** Whether the provider refused the request, which says that it answers, and not that it is well. */
  readonly refused: boolean;
  /** Where it was counted as slow already. */
  readonly mark: SlowMark | undefined;
}

/**
 * All that a closed circuit looks at. A window takes memory from its first call on, and recording allocates nothing
 * afterwards.
 */
export class CallWindows {
  /** How many calls have failed in a row. */
  consecutive = 0;
  /** How many calls were recorded, ever. */
  private recorded = 0;
  private count: CountWindow | undefined;
  private time: TimeWindow | undefined;

  /**
   * Notes a call that has ended. Says why the circuit must open, if it must. Asks for the time only where there is a
   * time window.
   */
  record({ failed, refused, mark }: EndedCall, call: LiveCall, settings: CircuitBreakerSettings): Trip | undefined {
    const { window } = settings;
    if (failed) this.consecutive++;
    // An answer that refuses the request, such as a 404, ends no streak of failures: beside them it may come from a
    // cache or a proxy.
    else if (!refused) this.consecutive = 0;
    if (mark !== undefined) this.amend(failed, mark, call);
    else this.add(failed, false, call, window);
    return failed ? this.judge(true, false, settings) : undefined;
  }

  /** Counts a call as slow while it goes on. */
  markSlow(now: number, { window }: CircuitBreakerSettings): SlowMark {
    this.add(false, true, { now }, window);
    return { at: now, number: this.recorded };
  }

  /** The same for a call that was neither a failure nor slow. */
  succeeded(call: LiveCall, { window }: CircuitBreakerSettings): void {
    this.consecutive = 0;
    this.recorded++;
    if (window.count !== undefined) (this.count ??= new CountWindow(window.count)).record(false, false);
    if (window.time === undefined) return;
    const { now } = call;
    (this.time ??= new TimeWindow(window.time, now)).record(false, false, now);
  }

  /** Asks for the time only where there is a time window. */
  private add(
    failed: boolean,
    slow: boolean,
    at: { readonly now: number },
    window: CircuitBreakerSettings['window'],
  ): void {
    this.recorded++;
    if (window.count !== undefined) (this.count ??= new CountWindow(window.count)).record(failed, slow);
    if (window.time !== undefined) (this.time ??= new TimeWindow(window.time, at.now)).record(failed, slow, at.now);
  }

  /** Adds its failure to a call that was counted as slow; where that is forgotten, it is counted anew. */
  private amend(failed: boolean, { at, number }: SlowMark, { now }: LiveCall): void {
    if (!failed) return;
    this.count?.markFailed(this.recorded - number);
    if (this.time !== undefined && now - at < this.time.lengthMs) this.time.markFailed(now);
    else this.time?.record(true, false, now);
  }

  /** Takes over windows of another length or size; what was counted stays, as far as the new ones can hold it. */
  resize({ count, time }: CircuitBreakerSettings['window'], now: number): void {
    if (this.count?.size !== count) this.count = count === undefined ? undefined : this.count?.resized(count);
    if (this.time?.lengthMs !== time) this.time = time === undefined ? undefined : this.time?.resized(time, now);
  }

  clear(): void {
    this.consecutive = 0;
    this.count?.clear();
    this.time?.clear();
  }

  /** Whether a failed or a slow call stands in any of them. */
  holdAny(window: CircuitBreakerSettings['window'], now: number): boolean {
    const { consecutive, count, time } = this;
    time?.slideTo(now);
    return (window.consecutive !== undefined && consecutive > 0) || isMarked(count) || isMarked(time);
  }

  /** The counts of each of the windows. */
  shown({ count, time }: CircuitBreakerSettings['window'], now: number): CircuitBreakerSnapshot['window'] {
    this.time?.slideTo(now);
    return {
      ...(time !== undefined && { time: countsOf(this.time) }),
      ...(count !== undefined && { count: countsOf(this.count) }),
    };
  }

  /** Says why the circuit must open after a call that has failed, or is slow. */
  judge(failed: boolean, slow: boolean, settings: CircuitBreakerSettings): Trip | undefined {
    const { window, minimumCalls } = settings;
    const { consecutive, count, time } = this;
    if (window.consecutive !== undefined && consecutive >= window.consecutive) {
      return { reason: 'consecutive failures', window: 'consecutive', calls: consecutive, failed: consecutive };
    }
    return (
      (count && tripOf('count', count, Math.min(minimumCalls, count.size))) ??
      (time && tripOf('time', time, minimumCalls))
    );

    function tripOf(name: Trip['window'], counts: WindowCounts, minimum: number): Trip | undefined {
      if (counts.total < minimum) return undefined;
      const reason = reasonIn(counts, failed, slow, settings);
      return reason && { reason, window: name, calls: counts.total, failed: counts.failed, slow: counts.slow };
    }
  }
}

/** A rate is looked at when a call adds to it. */
function reasonIn(
  { total, failed, slow }: WindowCounts,
  callFailed: boolean,
  callSlow: boolean,
  { failureRate, slowCall }: CircuitBreakerSettings,
): Trip['reason'] | undefined {
  if (callFailed && reaches(failed, total, failureRate)) return 'failure rate';
  return callSlow && reaches(slow, total, slowCall!.rate) ? 'slow call rate' : undefined;
}

function isMarked(counts: WindowCounts | undefined): boolean {
  return counts !== undefined && counts.failed + counts.slow > 0;
}

function countsOf(counts: WindowCounts | undefined): WindowSnapshot {
  return { calls: counts?.total ?? 0, failed: counts?.failed ?? 0, slow: counts?.slow ?? 0 };
}
