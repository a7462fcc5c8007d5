import type { EventLevels } from '../../events/event-hub.js';

interface HedgeDetail {
  /** The attempt of the operation, 1 for the first: for a retry, hedges are one attempt. */
  attempt: number;
  /** The number of the hedge, 1 for the first that is sent beside. */
  hedge: number;
}

export interface HedgeEvents {
  /** Another attempt was sent beside those in flight. */
  'hedge.sent': HedgeDetail & { why: 'slow' | 'failed' };
  /** An attempt that was sent beside brought the answer. */
  'hedge.won': HedgeDetail;
  /** Nothing was sent, because the retry budget is spent. */
  'hedge.overBudget': HedgeDetail & { why: 'slow' | 'failed' };
}

export const hedgeEvents: EventLevels<HedgeEvents> = {
  'hedge.sent': 'debug',
  'hedge.won': 'debug',
  'hedge.overBudget': 'warn',
};

export interface HedgeSnapshot {
  /** Attempts that were sent beside another. */
  readonly hedges: number;
  /** Those of them that brought the answer. */
  readonly wins: number;
  /** Attempts that were not sent because the budget was spent. */
  readonly overBudget: number;
  /** After how long an attempt is sent beside, in milliseconds; absent while that is not known yet. */
  readonly delayMs?: number;
}
