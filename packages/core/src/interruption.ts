import type { LiveCall, Waiting } from './live-call.js';

/** What is needed of a call only once somebody can give it up. */
export class Interruption {
  aborted = false;
  reason: unknown = undefined;
  /** Whether it was the caller who gave up, rather than a policy. */
  cancelled = false;
  /** Whether the work has ended, in time or not. */
  workSettled = false;
  controller: AbortController | undefined = undefined;
  /** A result that was there before the work had ended, also where nobody waited yet. */
  early: { readonly value: unknown } | undefined = undefined;
  /** The attempt that is under way: it is given up with the operation. */
  attempt: LiveCall | undefined = undefined;
  private listeners: Set<() => void> | undefined = undefined;

  onAbort(listener: () => void): () => void {
    const listeners = (this.listeners ??= new Set());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Tells everybody: who waits first, then the signal, then the attempt below, then those who listen. */
  spread(reason: unknown, cancelled: boolean, waiting: Waiting | undefined): void {
    this.aborted = true;
    this.reason = reason;
    this.cancelled = cancelled;
    waiting?.giveUp(reason);
    this.controller?.abort(reason);
    this.attempt?.abort(reason, cancelled);
    if (this.listeners !== undefined) for (const listener of [...this.listeners]) listener();
  }
}
