import type { Clock } from '../../time/clock.js';
import { Deadline } from '../../time/deadline-list.js';
import type { Timer } from '../../time/timer.js';

/** How long waiting costs no timer of its own: a store in memory has answered by then, and most others too. */
const SHARED_MS = 50;

/** Whether something that never rejects ends within so many milliseconds. Resolves when that is known. */
export function endsWithin(ms: number, ending: Promise<void>, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const limit = new Limit(ms, clock, resolve);
    void ending.then(() => limit.ended());
  });
}

/** The first milliseconds are a deadline in a list, and only what is left after them is a timer. */
class Limit extends Deadline {
  private readonly endsAt: number;
  private timer: Timer | undefined;

  constructor(
    ms: number,
    private readonly clock: Clock,
    private readonly resolve: (ended: boolean) => void,
  ) {
    super();
    const now = clock.now();
    this.endsAt = now + ms;
    if (ms > SHARED_MS) clock.expireAfter(SHARED_MS, this, now);
    else this.schedule(ms);
  }

  expire(): void {
    this.schedule(this.endsAt - this.clock.now());
  }

  ended(): void {
    this.remove();
    this.timer?.cancel();
    this.resolve(true);
  }

  private schedule(ms: number): void {
    this.timer = this.clock.schedule(ms, () => this.resolve(false));
  }
}
