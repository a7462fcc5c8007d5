import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** Time as a mock service sees it: the one place that reads a clock or sets a timer. */
@Injectable()
export class Clock implements OnApplicationShutdown {
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopped = false;

  /** `now` is monotonic, in milliseconds. */
  constructor(readonly now: () => number = () => performance.now()) {}

  /** Wall time in epoch milliseconds, for what the outside world reads. */
  wallMs(): number {
    return Date.now();
  }

  /** Whoever sleeps when the service stops is never woken: its work is not done. */
  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      if (this.stopped) return;
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        wake();
      }, ms);
      this.timers.add(timer);
    });
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
