/** One call after another; 200 at once; a call that is refused; an instance that is not called. */
export type Group = 'call' | 'concurrent' | 'refusal' | 'idle';

/**
 * The most that one of our own cases may cost. Nanoseconds and bytes are of one call, or bytes of one idle instance.
 */
export interface Limit {
  readonly timesBare?: number;
  readonly ns?: number;
  readonly bytes?: number;
  readonly timers?: number;
}

/** Packages that the workspace cannot hold beside its own: installed into a folder of the cache when a case is run. */
export interface OnDemand {
  readonly folder: string;
  readonly packages: readonly string[];
}

interface Named {
  readonly name: string;
  /** The npm package that is measured. */
  readonly peer?: string;
  readonly limit?: Limit;
  readonly needs?: OnDemand;
}

/**
 * `prepare` imports what is measured, so that a process holds one peer only, and gives the call that is then made many
 * times.
 */
export interface CallCase extends Named {
  readonly group: 'call' | 'concurrent' | 'refusal';
  prepare(): Promise<() => Promise<unknown>>;
}

/** `prepare` gives what makes one more instance. */
export interface IdleCase extends Named {
  readonly group: 'idle';
  /** How many are measured, after as many that only warm up. Default 2000. */
  readonly instances?: number;
  prepare(): Promise<() => unknown>;
}

export type BenchCase = CallCase | IdleCase;

/** The name of a case in progress, results and `--only`. */
export function idOf({ group, name }: { readonly group: Group; readonly name: string }): string {
  return `${group}: ${name}`;
}
