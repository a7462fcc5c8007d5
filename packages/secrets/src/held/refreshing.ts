import type { Clock, Timer } from '@breakwater/core';

/**
 * Work that is done again and again, one run at a time: by a timer that keeps no process alive, and when it is asked
 * for. A run that is asked for while one is under way follows it, for all that ask meanwhile.
 */
export class Refreshing {
  private timer: Timer | undefined;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly clock: Clock,
    /** Does the work and returns in how many milliseconds to do it again. Never rejects. */
    private readonly run: () => Promise<number>,
  ) {}

  /** Runs once what is under way has ended. Resolves when that run has. */
  again(): Promise<void> {
    if (this.running === undefined) return this.start();
    return (this.next ??= this.running.then(() => {
      this.next = undefined;
      return this.start();
    }));
  }

  /** Resolves when the run that is under way has ended. */
  async settled(): Promise<void> {
    await (this.next ?? this.running);
  }

  schedule(ms: number): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.isStopped) return;
    this.timer = this.clock.scheduleForAll(ms, () => void this.again());
    this.timer.unref();
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private start(): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    this.timer?.cancel();
    // A refusal within a call asks for it as well, and what is sent here is none of that call's requests.
    this.running = this.clock.runForAll(this.run).then((ms) => {
      this.running = undefined;
      this.schedule(ms);
    });
    return this.running;
  }
}
