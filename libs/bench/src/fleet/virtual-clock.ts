import { Clock, type Timer } from '@breakwater/core';

interface Due {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** A clock that jumps from timer to timer, for hundreds of thousands of them. */
export class VirtualClock extends Clock {
  private time = 0;
  private order = 0;
  /** A heap, the next first. */
  private readonly heap: Due[] = [];

  now(): number {
    return this.time;
  }

  wallNow(): number {
    return this.time;
  }

  async yield(): Promise<void> {
    await turn();
  }

  /** Runs what falls due until then, in order, and all that follows from it at once. */
  async runUntil(until: number): Promise<void> {
    await turn();
    for (let next = this.heap[0]; next !== undefined && next.at <= until; next = this.heap[0]) {
      this.time = Math.max(this.time, next.at);
      // All of one moment, and then the promises behind them.
      while (this.heap[0] !== undefined && this.heap[0].at <= this.time) this.pop().run?.();
      await turn();
    }
    this.time = Math.max(this.time, until);
  }

  protected startTimer(ms: number, run: () => void): Timer {
    const due: Due = { at: this.time + ms, order: this.order++, run };
    this.push(due);
    return { cancel: () => void (due.run = undefined), ref: () => undefined, unref: () => undefined };
  }

  private push(due: Due): void {
    const { heap } = this;
    let i = heap.push(due) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (isBefore(heap[parent]!, due)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = due;
  }

  private pop(): Due {
    const { heap } = this;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let i = 0;
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(last, heap[child]!)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
