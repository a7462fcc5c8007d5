/** One way of making a call. `run` is made once and then called many times. */
export interface BenchCase {
  readonly name: string;
  prepare(): Promise<{ run: () => Promise<unknown>; close: () => Promise<void> }>;
}
