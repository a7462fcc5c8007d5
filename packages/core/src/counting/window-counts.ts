/** What a window holds of calls. A call may be both failed and slow. */
export interface WindowCounts {
  readonly total: number;
  readonly failed: number;
  readonly slow: number;
}
