import type { EventLevels } from '../../events/event-hub.js';

interface AttemptEnded {
  /** The attempt that has ended, 1 for the first. */
  attempt: number;
  /** The kind of its outcome. */
  outcome: string;
}

export interface RetryEvents {
  /** There will be another attempt. */
  'retry.scheduled': AttemptEnded & {
    /** After how long, in milliseconds. */
    waitMs: number;
  };
  /** There is no other attempt, because the retry budget is spent. */
  'retry.overBudget': AttemptEnded;
}

export const retryEvents: EventLevels<RetryEvents> = {
  'retry.scheduled': 'debug',
  'retry.overBudget': 'warn',
};

export interface RetrySnapshot {
  /** Attempts after the first. */
  readonly retries: number;
  /** Operations that went well after a retry, and that failed after the last. */
  readonly recovered: number;
  readonly exhausted: number;
  /** Retries that were not made because the budget was spent. */
  readonly overBudget: number;
  /** Retries that could be made now; absent without a limit. */
  readonly budget?: number;
}
