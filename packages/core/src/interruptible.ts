import { Interruption } from './interruption.js';

/** Something that can be given up, and everything below it with it. What that takes is made when it is needed. */
export abstract class Interruptible {
  /** Made when it is needed. The field is its heir's: one of a base class would cost every call a sixth more. */
  protected abstract interruption: Interruption | undefined;

  /** Whether it is over: then it cannot be given up any more. */
  abstract get ended(): boolean;

  /** Whether it was given up. */
  get aborted(): boolean {
    return this.interruption !== undefined && this.interruption.aborted;
  }

  /** Why the call was given up. */
  get reason(): unknown {
    return this.interruption?.reason;
  }

  /** Whether it was given up and its work goes on all the same. */
  get goesOnInVain(): boolean {
    return this.interruption !== undefined && this.interruption.aborted && !this.interruption.workSettled;
  }

  /** To be called by the pipeline when the work has ended, in time or not. */
  workSettled(): void {
    if (this.interruption !== undefined) this.interruption.workSettled = true;
  }

  /** Whether it was given up by whoever asked for it, rather than by a policy. */
  get cancelled(): boolean {
    return this.interruption !== undefined && this.interruption.cancelled;
  }

  get signal(): AbortSignal {
    const interruption = (this.interruption ??= new Interruption());
    if (interruption.controller === undefined) {
      interruption.controller = new AbortController();
      if (this.aborted) interruption.controller.abort(interruption.reason);
    }
    return interruption.controller.signal;
  }

  /**
   * Gives the call up: whoever waits in it is rejected with `reason` at once, and the signal aborts. An attempt that has ended cannot
   * be given up any more: the body of its response may still be streaming.
   */
  abort(reason: unknown, cancelled = false): void {
    if (this.aborted || this.ended) return;
    (this.interruption ??= new Interruption()).spread(reason, cancelled);
  }

  /** Calls `listener` once the call is given up, until the returned function is called. */
  onAbort(listener: () => void): () => void {
    return (this.interruption ??= new Interruption()).onAbort(listener);
  }

  /**
   * Calls `tell` with the reason before anybody else is told that the call is given up, and `take` with a result that is there before the
   * work has ended.
   */
  whenGivenUp(tell: (reason: unknown) => void, take?: (value: unknown) => void): void {
    const interruption = (this.interruption ??= new Interruption());
    interruption.tell = tell;
    interruption.take = take;
    if (interruption.early !== undefined) take?.(interruption.early.value);
  }

  /** To be called by work that somebody may give up, when all is there that is wanted of it: the attempt ends with `value` at once. */
  finish(value: unknown): void {
    const interruption = (this.interruption ??= new Interruption());
    interruption.early = { value };
    interruption.take?.(value);
  }

  /** The result of `work`, or the reason for which the call was given up, whichever comes first. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.whenGivenUp(reject);
      work.then(resolve, reject);
      if (this.aborted) reject(this.reason);
    });
  }
}
