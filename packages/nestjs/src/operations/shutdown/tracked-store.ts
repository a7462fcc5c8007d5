import type { AdvanceResult, Entry, PutOptions, PutResult, Store } from '@breakwater/core';
import { TrackedBus } from './tracked-bus.js';

type AfterKey<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

/**
 * A store of which is known whether an operation is under way: what a call has left to write is not lost at shutdown.
 */
export class TrackedStore implements Store {
  readonly bus?: TrackedBus;
  private pending = 0;
  private whenIdle: (() => void) | undefined;

  constructor(
    private readonly inner: Store,
    /** Told of every operation that fails, with the key that it was for. */
    private readonly onFailure: (error: unknown, key: string) => void = () => undefined,
  ) {
    if (inner.bus !== undefined) this.bus = new TrackedBus(inner.bus);
  }

  get shared(): boolean {
    return this.inner.shared === true;
  }

  get(key: string): Promise<Entry | undefined> {
    return this.track(key, this.inner.get(key));
  }

  put(key: string, value: string, when: PutOptions): Promise<PutResult> {
    return this.track(key, this.inner.put(key, value, when));
  }

  delete(key: string, when?: { version: string }): Promise<boolean> {
    return this.track(key, this.inner.delete(key, when));
  }

  advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult> {
    return this.track(key, this.inner.advance(key, byMs, windowMs));
  }

  count(key: string, ...rest: AfterKey<Parameters<Store['count']>>): ReturnType<Store['count']> {
    return this.track(key, this.inner.count(key, ...rest));
  }

  /**
   * The store inside a transaction of the caller's, which is the caller's to await; `undefined` where it cannot take
   * part in one.
   */
  within(transaction: unknown): Store | undefined {
    return (this.inner as { within?: (transaction: unknown) => Store }).within?.(transaction);
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

  private track<T>(key: string, operation: Promise<T>): Promise<T> {
    this.pending++;
    operation.then(this.settled, (error: unknown) => {
      this.settled();
      this.onFailure(error, key);
    });
    return operation;
  }

  private readonly settled = (): void => {
    this.pending--;
    if (this.isIdle) this.whenIdle?.();
  };
}
