/** The measurements of a case. Those that do not apply, or could not be taken, are absent. */
export interface Cost {
  /** Nanoseconds of one call. */
  readonly ns?: number;
  /** Heap bytes that one call allocates, or that one idle instance holds. */
  readonly bytes?: number | undefined;
  /** Timers that one idle instance keeps alive, the loop held open by them or not. */
  readonly timers?: number;
  /** Heap bytes that stay of each idle instance after it was dropped. */
  readonly retainedBytes?: number;
}
