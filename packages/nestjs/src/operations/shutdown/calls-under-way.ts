import type { Gate, LiveCall } from '@breakwater/core/adapter';
import { ShuttingDownError } from './shutting-down.error.js';

/** Decides about each call that begins while the application shuts down: `true` refuses it. */
type Refuses = (call: LiveCall) => boolean;

/**
 * The outermost gate of every attempt in an application: it knows which are under way, and refuses new ones at
 * shutdown. A gate because that is the cheapest place to stand: it costs a call two array writes and no promise.
 */
export class CallsUnderWay implements Gate<number> {
  readonly kind = 'shutdown';
  private readonly calls: (LiveCall | undefined)[] = [];
  private readonly free: number[] = [];
  private refuses: Refuses | undefined;
  private whenEmpty: (() => void) | undefined;

  enter(call: LiveCall): number | ShuttingDownError {
    if (this.refuses?.(call) === true)
      return new ShuttingDownError({ provider: call.provider, operation: call.operation });
    const slot = this.free.pop() ?? this.calls.length;
    this.calls[slot] = call;
    return slot;
  }

  leave(slot: number): void {
    this.calls[slot] = undefined;
    this.free.push(slot);
    if (this.whenEmpty !== undefined && this.size === 0) this.whenEmpty();
  }

  /**
   * How many attempts are under way. Work that runs on after a timeout is not among them: its caller has its answer.
   */
  get size(): number {
    return this.calls.length - this.free.length;
  }

  /** Refuses calls from now on. */
  refuse(refuses: Refuses): void {
    this.refuses = refuses;
  }

  /** Resolves as soon as no attempt is under way. */
  empty(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.whenEmpty = () => {
        this.whenEmpty = undefined;
        resolve();
      };
    });
  }

  /** Aborts every attempt that is under way. */
  abort(): void {
    for (const call of [...this.calls]) {
      if (call === undefined) continue;
      call.abort(new ShuttingDownError({ provider: call.provider, operation: call.operation }), true);
    }
  }
}
