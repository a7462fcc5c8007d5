import { setTimeout as delay } from 'node:timers/promises';

/** Time and waiting as storms and customers know them; tests bring a clock of their own. */
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

/** Does work whose signal is aborted after `ms`. */
export async function withTimeout<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const expiry = new AbortController();
  const timer = setTimeout(() => expiry.abort(new Error(`gave up after ${ms} ms`)), ms);
  try {
    return await work(expiry.signal);
  } finally {
    clearTimeout(timer);
  }
}
