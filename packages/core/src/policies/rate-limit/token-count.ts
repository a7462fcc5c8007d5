/** Tokens that left towards the provider at one time, at the latest. */
export interface Departures {
  readonly at: number;
  readonly tokens: number;
}

/** Tokens that were taken turn out to be more or fewer; none at all gives them back. */
export interface Change {
  readonly receipt: number;
  readonly takenAt: number;
  readonly from: number;
  readonly to: number;
}

/** One count of what a provider allows: a window, or a bucket. Tokens are whole. */
export interface TokenCount {
  /** The most tokens that can be taken at once. */
  readonly most: number;
  /**
   * Milliseconds until `tokens` can be taken, as far as can be told; 0 when, and only when, they can be now. More than
   * `most` stand for several calls in line. Changes nothing: `now` may be a moment to come.
   */
  waitMs(now: number, tokens: number): number;
  /** Takes them, and returns the receipt for what follows. Only to be called when `waitMs` is 0. */
  take(now: number, tokens: number, waited: boolean): number;
  answered(receipt: number, now: number): void;
  /** Corrects what was taken, and returns the receipt for what follows. */
  settle(change: Change, now: number): number;
  /** Whether a call's answer would let others go sooner. */
  heedsAnswers(): boolean;
  /** Whether nothing is taken. */
  isFresh(now: number): boolean;
  /** How many tokens of it are taken. */
  used(now: number): number;
  /** The departures that it still counts, the oldest first. */
  departures(now: number): Departures[];
  /** Counts what others have let through, the oldest first. */
  adopt(departures: readonly Departures[], now: number): void;
}
