import { messageOf } from '../../errors/message-of.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { EmitOf } from '../../events/event-hub.js';
import { IdempotencyConflictError, IdempotencyMismatchError, OutcomeUnknownError } from './idempotency.errors.js';
import type { IdempotencyEvents } from './idempotency.telemetry.js';

/** Makes the errors with which calls are refused by their key, and counts them. */
export class IdempotencyRefusals {
  readonly counters = { conflicts: 0, mismatches: 0, unknown: 0 };

  constructor(private readonly emit: EmitOf<IdempotencyEvents>) {}

  /** The error of a call whose operation an earlier run may have done. */
  outcomeUnknown({ provider, operation }: LiveCall, cause?: unknown): OutcomeUnknownError {
    this.counters.unknown++;
    const reason = cause === undefined ? 'an earlier run may have had its effect' : messageOf(cause);
    this.emit('idempotency.outcomeUnknown', { reason }, operation);
    return new OutcomeUnknownError({ provider, operation, cause });
  }

  mismatch({ provider, operation }: LiveCall): IdempotencyMismatchError {
    this.counters.mismatches++;
    return new IdempotencyMismatchError({ provider, operation });
  }

  conflict(
    { provider, operation }: LiveCall,
    { retryAfterMs, standing }: { retryAfterMs?: number; standing?: 'done' } = {},
  ): IdempotencyConflictError {
    this.counters.conflicts++;
    return new IdempotencyConflictError({ provider, operation, retryAfterMs }, standing);
  }
}
