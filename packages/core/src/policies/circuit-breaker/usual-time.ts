/** How much the latest call weighs. */
const WEIGHT = 0.1;

/** How long calls that succeed are at work, as a moving average of some whose work is timed. */
export class UsualTime {
  private averageMs: number | undefined = undefined;

  /** `undefined` until a call has succeeded. */
  get ms(): number | undefined {
    return this.averageMs;
  }

  note(tookMs: number): void {
    this.averageMs = this.averageMs === undefined ? tookMs : this.averageMs + (tookMs - this.averageMs) * WEIGHT;
  }
}
