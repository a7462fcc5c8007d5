import type { Clock } from '@breakwater/core';

/** Sleeps until its time has come or it is woken. Waking it while it is awake keeps it from falling asleep once. */
export class WakeableSleep {
  private awake = false;
  private end: () => void = () => undefined;

  constructor(private readonly clock: Clock) {}

  wake(): void {
    this.awake = true;
    this.end();
  }

  /** From here on, waking it counts. */
  begin(): void {
    this.awake = false;
  }

  /** Resolves after `ms`, which may be `Infinity`, or as soon as it is woken; at once if it was since `begin`. */
  sleep(ms: number): Promise<void> {
    if (this.awake) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = ms === Infinity ? undefined : this.clock.scheduleForAll(ms, () => this.end());
      this.end = () => {
        timer?.cancel();
        this.end = () => undefined;
        resolve();
      };
    });
  }
}
