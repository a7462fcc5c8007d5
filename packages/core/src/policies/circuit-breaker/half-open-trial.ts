import type { LiveCall } from '../../engine/live-call.js';
import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import type { CircuitBreakerSnapshot } from './circuit-breaker.telemetry.js';
import { reaches } from './share.js';

type Terms = CircuitBreakerSettings['halfOpen'];

/**
 * The calls that a half-open circuit lets through to see whether the provider is back. Times are monotonic
 * milliseconds.
 */
export class HalfOpenTrial {
  readonly name = 'half-open';
  private readonly underWay = new Set<LiveCall>();
  /** The work of all that are under way began then or later. */
  private since = -Infinity;

  /** A trial of which so many calls have already ended. */
  constructor(
    private succeeded = 0,
    private failed = 0,
  ) {}

  /** Lets a call through; `false` when all permits are taken. */
  admit({ calls }: Terms, call: LiveCall): boolean {
    const { underWay, succeeded, failed } = this;
    if (underWay.size + succeeded + failed >= calls) return false;
    underWay.add(call);
    call.nested.admittedBy = this;
    call.timeWork();
    return true;
  }

  /** A call has ended. One that says nothing gives its permit back, to be tried again. */
  end(call: LiveCall, failed: boolean | undefined): void {
    this.underWay.delete(call);
    if (failed === undefined) return;
    if (failed) this.failed++;
    else this.succeeded++;
  }

  /** Whether the provider is back, as soon as that is decided: not every permitted call has to be made. */
  verdict({ calls, successRate }: Terms): boolean | undefined {
    if (reaches(this.succeeded, calls, successRate)) return true;
    return reaches(calls - this.failed, calls, successRate) ? undefined : false;
  }

  /** Whether the work of one of the calls goes on for too long. A call that waits in a gate below does not work yet. */
  isOverdue({ atMost }: Terms, now: number): boolean {
    if (now - this.since < atMost) return false;
    this.since = now;
    for (const { workingSince } of this.underWay) this.since = Math.min(this.since, workingSince);
    return now - this.since >= atMost;
  }

  /** For how long at least no call is overdue, as of the last look, in milliseconds. */
  leftMs({ atMost }: Terms, now: number): number {
    return Math.max(0, this.since + atMost - now);
  }

  /** How those calls did that have ended. */
  ended(): { readonly succeeded: number; readonly failed: number } {
    return { succeeded: this.succeeded, failed: this.failed };
  }

  shown(): NonNullable<CircuitBreakerSnapshot['trial']> {
    return { inFlight: this.underWay.size, ...this.ended() };
  }
}
