/** The counted calls of one account. */
export interface CallCounts {
  /** Every call that arrived, whatever became of it. */
  readonly total: number;
  /** Work done, whether or not the client heard of it. */
  readonly accepted: number;
  /** Answered from an earlier request with the same idempotency key. */
  readonly replayed: number;
  readonly refused429: number;
  /** Answered with any other error. */
  readonly failed: number;
  /** Ended without an answer: cut off by a fault, or aborted by the client. */
  readonly dropped: number;
  /** Neither answered nor ended yet. */
  readonly open: number;
}

/** One second of wall time in which something happened. */
export interface TimelineRow {
  /** Epoch seconds. */
  readonly second: number;
  readonly calls: number;
  readonly accepted: number;
  readonly refused429: number;
}

export type Ending = 'answered' | 'replayed' | 'refused429' | 'failed' | 'dropped';

/** Counts the calls of one account. */
export class AccountCalls {
  private readonly counted = { total: 0, accepted: 0, answered: 0, replayed: 0, refused429: 0, failed: 0, dropped: 0 };
  private readonly seconds = new Map<number, { second: number; calls: number; accepted: number; refused429: number }>();

  constructor(private readonly wallMs: () => number) {}

  arrived(): void {
    this.counted.total += 1;
    this.row().calls += 1;
  }

  accepted(): void {
    this.counted.accepted += 1;
    this.row().accepted += 1;
  }

  /** To be called once for each call that arrived. */
  ended(ending: Ending): void {
    this.counted[ending] += 1;
    if (ending === 'refused429') this.row().refused429 += 1;
  }

  counts(): CallCounts {
    const { answered, ...counts } = this.counted;
    const { total, replayed, refused429, failed, dropped } = counts;
    return { ...counts, open: total - answered - replayed - refused429 - failed - dropped };
  }

  timeline(): TimelineRow[] {
    return [...this.seconds.values()].map((row) => ({ ...row }));
  }

  private row() {
    const second = Math.floor(this.wallMs() / 1000);
    const row = this.seconds.get(second) ?? { second, calls: 0, accepted: 0, refused429: 0 };
    this.seconds.set(second, row);
    return row;
  }
}
