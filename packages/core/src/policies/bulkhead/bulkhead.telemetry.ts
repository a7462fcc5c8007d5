import type { EventLevels } from '../../events/event-hub.js';

export interface BulkheadEvents {
  /** A call found no slot, and none in the queue, or has waited too long. */
  'bulkhead.refused': { why: 'queue-full' | 'waited-too-long' | 'closed' };
  /** The adaptive limit has moved. */
  'bulkhead.limitChanged': {
    /** How many calls may run at once from now on. */
    limit: number;
    /** How many might until now. */
    before: number;
  };
}

export const bulkheadEvents: EventLevels<BulkheadEvents> = {
  'bulkhead.refused': 'warn',
  'bulkhead.limitChanged': 'debug',
};

export interface BulkheadSnapshot {
  /** As configured; `limit` is what holds at the moment. */
  readonly concurrency: number;
  readonly limit: number;
  /** Slots that are taken; of these, `abandoned` by work that goes on although its call was aborted. */
  readonly active: number;
  readonly abandoned: number;
  readonly queued: number;
  readonly admitted: number;
  readonly refused: number;
  readonly adaptive?: AdaptiveLimitSnapshot;
}

export interface AdaptiveLimitSnapshot {
  readonly algorithm: 'aimd' | 'gradient';
  readonly min: number;
  readonly max: number;
  /** How often the limit was lowered because work was turned away. */
  readonly backoffs: number;
  /** `gradient`: how long calls usually take, and take now, in milliseconds. */
  readonly usualMs?: number;
  readonly nowMs?: number;
}
