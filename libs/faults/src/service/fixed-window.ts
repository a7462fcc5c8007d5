export interface Admission {
  readonly admitted: boolean;
  /** Calls left in the window after this one. */
  readonly remaining: number;
  /** Until the window ends. */
  readonly resetMs: number;
}

/** `limit` calls per window; a window starts with its first call, so the reset it announces is the true one. */
export class FixedWindow {
  private startedMs = Number.NEGATIVE_INFINITY;
  private used = 0;

  constructor(
    readonly limit: number,
    readonly perMs: number,
  ) {}

  take(nowMs: number): Admission {
    if (nowMs - this.startedMs >= this.perMs) {
      this.startedMs = nowMs;
      this.used = 0;
    }
    const admitted = this.used < this.limit;
    if (admitted) this.used += 1;
    return { admitted, remaining: this.limit - this.used, resetMs: this.startedMs + this.perMs - nowMs };
  }
}
