import { SystemClock } from '../time/system-clock.js';

const MOST_TRIES = 5;

/**
 * Tries something that has to be over within a time, by the machine's clock: a lease that is still held, an entry that
 * has not expired. A failure after that time may be that of a machine under load: then it is tried again, five times at
 * most. Rejects with the failure otherwise.
 *
 * @param ms - The time after which a failure says nothing, in milliseconds.
 */
export async function withinTime(ms: number, attempt: () => Promise<void>): Promise<void> {
  const clock = new SystemClock();
  for (let tries = 1; ; tries++) {
    const startedAt = clock.now();
    try {
      return await attempt();
    } catch (error) {
      if (clock.now() - startedAt < ms || tries === MOST_TRIES) throw error;
    }
  }
}
