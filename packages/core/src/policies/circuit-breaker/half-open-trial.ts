import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import { reaches } from './share.js';

type Terms = CircuitBreakerSettings['halfOpen'];

/** The calls that a half-open circuit lets through to see whether the provider is back. Times are monotonic milliseconds. */
export class HalfOpenTrial {
  readonly name = 'half-open';
  private admitted: number;
  private inFlight = 0;

  /** `since` is from when on calls were always under way; the others are calls that have already ended. */
  constructor(
    private since: number,
    private succeeded = 0,
    private failed = 0,
  ) {
    this.admitted = succeeded + failed;
  }

  /** Lets a call through; `false` when all permits are taken. */
  admit({ calls }: Terms, now: number): boolean {
    if (this.admitted >= calls) return false;
    if (this.inFlight === 0) this.since = now;
    this.admitted++;
    this.inFlight++;
    return true;
  }

  /** A call has ended. One that says nothing gives its permit back, to be tried again. */
  end(failed: boolean | undefined): void {
    this.inFlight--;
    if (failed === undefined) this.admitted--;
    else if (failed) this.failed++;
    else this.succeeded++;
  }

  /** Whether the provider is back, as soon as that is decided: not every permitted call has to be made. */
  verdict({ calls, successRate }: Terms): boolean | undefined {
    if (reaches(this.succeeded, calls, successRate)) return true;
    return reaches(calls - this.failed, calls, successRate) ? undefined : false;
  }

  isOverdue({ atMost }: Terms, now: number): boolean {
    return this.inFlight > 0 && now - this.since >= atMost;
  }

  /** How long it can last at most, in milliseconds. */
  leftMs({ atMost }: Terms, now: number): number {
    return Math.max(0, this.since + atMost - now);
  }

  /** How those calls did that have ended. */
  ended(): { readonly succeeded: number; readonly failed: number } {
    return { succeeded: this.succeeded, failed: this.failed };
  }

  shown(): Readonly<Record<string, number>> {
    return { inFlight: this.inFlight, ...this.ended() };
  }
}
