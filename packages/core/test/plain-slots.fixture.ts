import type { TestClock } from '../src/testing/test-clock.js';

export interface PlainSlotsOptions {
  readonly concurrency: number;
  readonly queue: number;
  readonly wait?: number;
}

/** An attempt that asks for a slot. */
export interface SlotCaller {
  granted(): void;
  refused(why: 'queue-full' | 'waited-too-long'): void;
}

/** A bulkhead as docs/policies/bulkhead.md tells of it, written to be read and for nothing else. */
export class PlainSlots {
  private taken = 0;
  private line: SlotCaller[] = [];

  constructor(
    private readonly options: PlainSlotsOptions,
    private readonly clock: TestClock,
  ) {}

  /** Returns what takes the caller out of the line. */
  enter(caller: SlotCaller): () => void {
    if (this.taken < this.options.concurrency) {
      this.taken++;
      caller.granted();
      return () => undefined;
    }
    if (this.line.length >= this.options.queue) {
      caller.refused('queue-full');
      return () => undefined;
    }
    return this.wait(caller);
  }

  free(): void {
    this.taken--;
    const next = this.line.shift();
    if (next === undefined) return;
    this.taken++;
    next.granted();
  }

  private wait(caller: SlotCaller): () => void {
    const { wait } = this.options;
    const waiting = { ...caller, granted: () => (limit?.cancel(), caller.granted()) };
    const leave = () => {
      limit?.cancel();
      this.line = this.line.filter((other) => other !== waiting);
    };
    const giveUp = () => {
      leave();
      caller.refused('waited-too-long');
    };
    const limit = wait === undefined ? undefined : this.clock.schedule(wait, giveUp);
    this.line.push(waiting);
    return leave;
  }
}
