import type { Clock } from '../clock.js';

/** A clock without waiting: it jumps to the end of every sleep, and stands still in between. */
export class JumpingClock implements Clock {
  readonly sleeps: number[] = [];
  private time = 1_000;

  now = (): number => this.time;
  wallNow = (): number => this.time;

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    this.sleeps.push(ms);
    this.pass(ms);
    return Promise.resolve();
  }

  pass(ms: number): void {
    this.time += ms;
  }
}
