import type { AdvanceResult, Entry, PutCondition, PutResult, Store } from '@breakwater/core';

/** A store of which is known whether an operation is under way: what a call has left to write is not lost at shutdown. */
export class TrackedStore implements Store {
  private pending = 0;
  private whenIdle: (() => void) | undefined;

  constructor(private readonly inner: Store) {}

  get bus(): Store['bus'] {
    return this.inner.bus;
  }

  get(key: string): Promise<Entry | undefined> {
    return this.track(this.inner.get(key));
  }

  put(key: string, value: string, when: { ttlMs: number; if: PutCondition }): Promise<PutResult> {
    return this.track(this.inner.put(key, value, when));
  }

  delete(key: string, when?: { version: string }): Promise<boolean> {
    return this.track(this.inner.delete(key, when));
  }

  advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult> {
    return this.track(this.inner.advance(key, byMs, windowMs));
  }

  count(...args: Parameters<Store['count']>): ReturnType<Store['count']> {
    return this.track(this.inner.count(...args));
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  get isIdle(): boolean {
    return this.pending === 0;
  }

  /** Resolves as soon as no operation is under way. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => {
      this.whenIdle = () => {
        this.whenIdle = undefined;
        resolve();
      };
    });
  }

  private track<T>(operation: Promise<T>): Promise<T> {
    this.pending++;
    operation.then(this.settled, this.settled);
    return operation;
  }

  private readonly settled = (): void => {
    this.pending--;
    if (this.isIdle) this.whenIdle?.();
  };
}
