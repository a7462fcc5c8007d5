import { setTimeout as delay } from 'node:timers/promises';

/** Time and waiting; the one place of this app that reads a clock or sets a timer. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Epoch milliseconds, for what the outside world reads. */
  wallNow(): number;
  /** Rejects with the signal's own reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      throw signal?.reason ?? error;
    }
  },
};
