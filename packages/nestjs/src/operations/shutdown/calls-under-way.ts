import type { Entrance, LiveCall } from '@breakwater/core/adapter';
import { ShuttingDownError } from './shutting-down.error.js';

/** Decides about each call that begins while the application shuts down: `true` refuses it. */
type Refuses = (call: LiveCall) => boolean;

/**
 * Every attempt in an application enters here first: it knows which are under way, and refuses new ones at shutdown.
 * The last in the list takes the place of one that leaves: entering and leaving are a few writes, and no promise.
 */
export class CallsUnderWay implements Entrance {
  /** Keeps its length: V8 would allocate anew whenever the last call leaves. */
  private readonly calls: (LiveCall | undefined)[] = [];
  private count = 0;
  private refuses: Refuses | undefined;
  private whenEmpty: (() => void) | undefined;

  enter(call: LiveCall): ShuttingDownError | undefined {
    if (this.refuses?.(call) === true)
      return new ShuttingDownError({ provider: call.provider, operation: call.operation });
    call.place = this.count;
    this.calls[this.count++] = call;
    return undefined;
  }

  leave(call: LiveCall): void {
    const { place } = call;
    if (place < 0) return;
    call.place = -1;
    const last = this.calls[--this.count]!;
    this.calls[this.count] = undefined;
    if (last !== call) {
      this.calls[place] = last;
      last.place = place;
    }
    if (this.whenEmpty !== undefined && this.size === 0) this.whenEmpty();
  }

  /**
   * How many attempts are under way. Work that runs on after a timeout is not among them: its caller has its answer.
   */
  get size(): number {
    return this.count;
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
    for (const call of this.calls.slice(0, this.count)) {
      if (call === undefined) continue;
      call.abort(new ShuttingDownError({ provider: call.provider, operation: call.operation }), true);
    }
  }
}
