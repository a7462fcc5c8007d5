import type { LiveCall } from '../../engine/live-call.js';
import type { Clock } from '../../time/clock.js';
import type { DeadlineList, ListedDeadline } from '../../time/deadline-list.js';

/** Where a slow call stands in the windows, so that its failure can be added later. */
export interface SlowMark {
  /** When it was counted, in monotonic milliseconds. */
  readonly at: number;
  /** How many calls were recorded with it. */
  readonly number: number;
}

/**
 * Finds a call to be slow as soon as its work has gone on for too long. It is a shared deadline with its grace: when
 * the event loop was blocked, a result that is there already is in time, and the provider is not blamed.
 */
export class SlowWatch implements ListedDeadline {
  dueAt = 0;
  previous: ListedDeadline | undefined = undefined;
  next: ListedDeadline | undefined = undefined;
  list: DeadlineList | undefined = undefined;
  /** Set once the call was counted as slow. */
  mark: SlowMark | undefined = undefined;

  constructor(
    readonly generation: number,
    readonly call: LiveCall,
    private readonly overMs: number,
    private readonly parts: { readonly clock: Clock; onSlow(watch: SlowWatch): void },
  ) {
    // Longer than is allowed, and not as long.
    parts.clock.expireAfter(overMs + 1, this, call.now);
  }

  expire(): void {
    const { call, overMs, parts } = this;
    const now = parts.clock.now();
    // It may have waited in a gate below, and does perhaps still.
    const leftMs = call.workingSince === Infinity ? overMs + 1 : call.workingSince + overMs + 1 - now;
    if (leftMs > 0) parts.clock.expireAfter(leftMs, this, now);
    else parts.onSlow(this);
  }

  remove(): void {
    this.list?.remove(this);
  }
}
