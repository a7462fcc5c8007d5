export interface EmailOptions {
  /** 0 or nothing: any free port. */
  readonly port?: number;
  /** Makes the faults' dice repeatable. */
  readonly seed?: number;
  /** Monotonic milliseconds, for faults. */
  readonly now?: () => number;
}
