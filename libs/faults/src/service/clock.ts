import { type Clock as TimeSource, SystemClock, type Timer } from '@breakwater/core';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** Time as a mock service sees it: nothing that it has scheduled happens once the service has stopped. */
@Injectable()
export class Clock implements OnApplicationShutdown {
  private readonly timers = new Set<Timer>();
  private stopped = false;

  constructor(private readonly source: TimeSource = new SystemClock()) {}

  /** Monotonic milliseconds. */
  now(): number {
    return this.source.now();
  }

  /** Wall time in epoch milliseconds, for what the outside world reads. */
  wallMs(): number {
    return this.source.wallNow();
  }

  /** Runs `run` once after `ms`, unless the function that it returns is called before. */
  after(ms: number, run: () => void): () => void {
    if (this.stopped) return () => undefined;
    const timer = this.source.schedule(ms, () => {
      this.timers.delete(timer);
      run();
    });
    this.timers.add(timer);
    return () => {
      this.timers.delete(timer);
      timer.cancel();
    };
  }

  /** A sleep that is under way when the service stops never ends: the work after it is not done. */
  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.after(ms, wake);
    });
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
  }
}
