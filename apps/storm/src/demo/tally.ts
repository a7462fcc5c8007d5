import type { Clock } from '../clock.js';
import { isAccepted, type Submission } from '../load/submission.js';

const WINDOW_MS = 10_000;

/** The orders of the last ten seconds, as their customers have seen them. */
export interface Tallied {
  readonly accepted: number;
  /** Refused or failed, and what the customers were told: how often each. */
  readonly turnedAway: number;
  readonly unanswered: number;
  /** How long customers waited, in milliseconds; absent where there was none. */
  readonly p50?: number;
  readonly p95?: number;
  /** A number for each of the last ten seconds, oldest first: accepted orders, and all others. */
  readonly seconds: readonly (readonly [accepted: number, others: number])[];
}

/** Counts what becomes of the orders at one checkout. */
export class Tally {
  private recent: Submission[] = [];

  constructor(private readonly clock: Clock) {}

  add(submission: Submission): void {
    this.recent.push(submission);
  }

  read(): Tallied {
    const now = this.clock.now();
    this.recent = this.recent.filter(({ endedAt }) => endedAt > now - WINDOW_MS);
    const waits = this.recent.map(({ plannedAt, endedAt }) => endedAt - plannedAt).sort((a, b) => a - b);
    const accepted = this.recent.filter(isAccepted).length;
    const unanswered = this.recent.filter(({ answer }) => answer.kind === 'unanswered').length;
    const seconds = Array.from({ length: WINDOW_MS / 1000 }, (_, i) => {
      const from = now - WINDOW_MS + i * 1000;
      const within = this.recent.filter(({ endedAt }) => endedAt > from && endedAt <= from + 1000);
      const good = within.filter(isAccepted).length;
      return [good, within.length - good] as const;
    });
    const [p50, p95] = [0.5, 0.95].map((share) => waits[Math.ceil(share * waits.length) - 1]);
    return {
      accepted,
      turnedAway: this.recent.length - accepted - unanswered,
      unanswered,
      ...(p50 !== undefined && { p50: Math.round(p50), p95: Math.round(p95!) }),
      seconds,
    };
  }
}
