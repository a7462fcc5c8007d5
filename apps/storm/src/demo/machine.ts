import type { Clock } from '../clock.js';

const WINDOW_MS = 10_000;
const EVERY_MS = 500;
/**
 * A machine with time to spare takes a few milliseconds. A customer's order takes several times as long as this, and
 * from here on customers leave and circuits open for the sake of the machine.
 */
const LATE_MS = 75;

/** How the machine of the demo keeps up. */
export interface MachineSeen {
  /** Whether what is shown of the shops says more about this machine than about the third parties. */
  readonly isOverloaded: boolean;
  /** How long an answer takes that needs no work, in milliseconds; absent before the first. */
  readonly answerMs?: number;
}

interface Trip {
  readonly at: number;
  readonly ms: number;
}

/**
 * Watches whether the machine keeps up: where it does not, services are late that are well, timeouts take that for
 * their doing, and circuits open. `ask` is a request to services that are up and that no fault touches.
 */
export class Machine {
  private trips: readonly Trip[] = [];
  /** When the question was asked that has no answer yet. */
  private askedAt: number | undefined;

  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly clock: Clock,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const askedAt = this.clock.now();
      this.askedAt = askedAt;
      await this.ask().catch(() => undefined);
      this.askedAt = undefined;
      const at = this.clock.now();
      // Not when it is read: where no page is open, it never is.
      this.trips = [...this.latest(at), { at, ms: at - askedAt }];
      await this.clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }

  /** By the middle one of the last ten seconds and the question under way: a single late answer is any machine's. */
  read(): MachineSeen {
    const now = this.clock.now();
    const underWay = this.askedAt === undefined ? 0 : now - this.askedAt;
    const known = this.latest(now).map(({ ms }) => ms);
    const sorted = [...known, ...(underWay >= LATE_MS ? [underWay] : [])].toSorted((a, b) => a - b);
    const middle = sorted[Math.floor(sorted.length / 2)];
    return middle === undefined
      ? { isOverloaded: false }
      : { isOverloaded: middle >= LATE_MS, answerMs: Math.round(middle) };
  }

  private latest(now: number): readonly Trip[] {
    return this.trips.filter(({ at }) => at > now - WINDOW_MS);
  }
}
