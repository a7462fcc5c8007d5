import type { QuotaReading } from '../quota-observation.js';
import type { RateAnswer } from '../rate-answer.js';

/** A response as a provider sends it, and what is to be read from it. */
export interface RateVector {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly quotas?: readonly Partial<QuotaReading>[];
  readonly throttled?: boolean;
  readonly retryAfterMs?: number;
  readonly pauseMs?: number;
  readonly cost?: number;
}

/** How one provider says what remains of its quotas, where that differs from what is generally sent. */
export interface RateProfile {
  readonly name: string;
  /** The page that says so. */
  readonly source: string;
  /** A header that only this provider sends: then its quotas are read for every provider. */
  readonly telltale?: string | RegExp;
  /** Whether its own quotas stand in place of all others, rather than beside those of general form. */
  readonly replaces?: boolean;
  /** Its own quotas. */
  quotas?(answer: RateAnswer): readonly QuotaReading[];
  /** Takes a quota of general form for what this provider means by it. */
  reads?(quota: QuotaReading, answer: RateAnswer): QuotaReading;
  /** Whether the answer throttles, where its status alone does not say. */
  throttles?(answer: RateAnswer): boolean;
  /** Whether a 429 says something else than that there were too many requests. */
  sparesGate?(answer: RateAnswer): boolean;
  /** How long a throttled answer asks to wait, where it does not say so in `Retry-After`. */
  retryAfterMs?(answer: RateAnswer): number | undefined;
  /** How long a throttled answer that says nothing closes the gate, in milliseconds. */
  readonly pauseMs?: number;
  /** Whether a spent quota is waited for beyond the `Retry-After` of the same answer. */
  readonly resetOutlastsRetryAfter?: boolean;
  /** The cost of the call, as it turned out. */
  cost?(answer: RateAnswer): number | undefined;
  /** Answers from the page, or as they were seen. Times are read at 2026-01-01T00:00:00Z. */
  readonly vectors: readonly RateVector[];
}
