/** Told first how the first attempt of an operation has ended, so that it can go on from there. */
export interface Watcher {
  /** Returns the value, or a promise of the result after further attempts. */
  succeeded(value: unknown): unknown;
  /** Returns a promise of the result after further attempts; `undefined` where the error stands. */
  failed(error: unknown): Promise<unknown> | undefined;
}
