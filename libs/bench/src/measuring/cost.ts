/** What was measured of a case. What does not apply, or could not be measured, is absent. */
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
