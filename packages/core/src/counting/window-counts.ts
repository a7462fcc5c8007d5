/** The calls that a window holds. A call may be both failed and slow. */
export interface WindowCounts {
  readonly total: number;
  readonly failed: number;
  readonly slow: number;
}
