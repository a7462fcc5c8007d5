import type { CircuitBreakerSettings } from './circuit-breaker.options.js';

type Terms = CircuitBreakerSettings['halfOpen'];

/** The calls that a half-open circuit lets through to see whether the provider is back. Times are monotonic milliseconds. */
export class HalfOpenTrial {
  readonly name = 'half-open';
  private admitted = 0;
  private inFlight = 0;
  private succeeded = 0;
  private failed = 0;

  /** `since` is from when on calls were always under way. */
  constructor(private since: number) {}

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
    if (this.succeeded / calls >= successRate) return true;
    return (calls - this.failed) / calls < successRate ? false : undefined;
  }

  isOverdue({ atMost }: Terms, now: number): boolean {
    return this.inFlight > 0 && now - this.since >= atMost;
  }

  /** How long it can last at most, in milliseconds. */
  leftMs({ atMost }: Terms, now: number): number {
    return Math.max(0, this.since + atMost - now);
  }
}
