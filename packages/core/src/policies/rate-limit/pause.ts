/** One that lasts no longer than that beyond what listeners were told is the same to them: many calls are turned away by one 429 each. */
const SAME_PAUSE_MS = 1000;

/** For how long the provider has asked everybody to wait. */
export class Pause {
  private until = -Infinity;
  /** When it ends as far as listeners were told. */
  private toldUntil = -Infinity;

  leftMs(now: number): number {
    return Math.max(0, this.until - now);
  }

  /** The provider asks to wait for `ms` from now. A pause that ends later stands. Gives whether listeners are to be told. */
  extend(ms: number, now: number): boolean {
    const until = now + ms;
    const before = this.until;
    if (until <= Math.max(now, before)) return false;
    this.until = until;
    if (before > now && until - this.toldUntil < SAME_PAUSE_MS) return false;
    this.toldUntil = until;
    return true;
  }
}
