import type { EventLevels } from '../../events/event-hub.js';

export interface IdempotencyEvents {
  /** A stored outcome was returned in place of a call. */
  'idempotency.replayed': { state: 'done' | 'failed' };
  /** A key was taken over from an owner that gave no sign of life, or whose outcome is not known. */
  'idempotency.reclaimed': {
    /** How many owners the key has had. */
    attempt: number;
  };
  /** A call was refused, because an earlier run may have had its effect. */
  'idempotency.outcomeUnknown': { reason: string };
  /** The probe was asked what an earlier run has done. */
  'idempotency.probed': { found: 'done' | 'not done' | 'unknown' };
  /** The outcome was not stored: another owner has the key by now. */
  'idempotency.fenced': Record<string, never>;
  /** The outcome was not stored, or not yet: a repetition may find the operation in doubt. */
  'idempotency.unsettled': { reason: string };
  /** The key was lost to another owner while the call was at work. */
  'idempotency.leaseLost': Record<string, never>;
  /** The store did not take a sign of life. */
  'idempotency.renewalFailed': Record<string, never>;
}

export const idempotencyEvents: EventLevels<IdempotencyEvents> = {
  'idempotency.replayed': 'debug',
  'idempotency.reclaimed': 'warn',
  'idempotency.outcomeUnknown': 'error',
  'idempotency.probed': 'warn',
  'idempotency.fenced': 'error',
  'idempotency.unsettled': 'error',
  'idempotency.leaseLost': 'error',
  'idempotency.renewalFailed': 'warn',
};

export interface IdempotencySnapshot {
  /** Keys under way in this process. */
  readonly inFlight: number;
  /** Calls for which the method ran. */
  readonly executed: number;
  /** Calls that got a stored outcome. */
  readonly replayed: number;
  /** Calls that waited for another one with their key. */
  readonly shared: number;
  /** Keys that were taken over from an owner that gave no sign of life. */
  readonly reclaimed: number;
  /** Calls that were refused because another held their key for too long. */
  readonly conflicts: number;
  /** Calls that were refused because an earlier run may have had its effect. */
  readonly unknown: number;
  /** Calls that were refused because their key came with another payload. */
  readonly mismatches: number;
}
