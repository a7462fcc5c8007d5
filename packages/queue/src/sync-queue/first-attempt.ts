import { ResilienceConfigurationError, type Clock } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import type { Job } from '../driver/job.js';
import type { QueueDriver } from '../driver/queue-driver.js';
import type { Lane } from '../worker/lane.js';
import type { AttemptedOptions } from './sync-queue.js';

const schema = settings.options({ upTo: settings.optional(settings.duration(), 10_000) });

export interface FirstAttemptParts {
  readonly driver: Pick<QueueDriver, 'get'>;
  readonly clock: Clock;
  /** `undefined` where another process runs the provider's jobs. */
  readonly lane: Pick<Lane, 'look' | 'attempts'> | undefined;
  /** How often a job is looked at that another process may run, in milliseconds. */
  readonly pollMs: number;
}

/** Waits for the end of an attempt at a job, wherever it is made. Returns the job as it stands then. */
export async function firstAttempt(
  at: { readonly provider: string; readonly id: string },
  { signal, ...options }: AttemptedOptions,
  { driver, clock, lane, pollMs }: FirstAttemptParts,
): Promise<Job | undefined> {
  const read = settings.readSettings(schema, options, 'attempted');
  if (read.faults !== undefined) throw new ResilienceConfigurationError(read.faults);
  const lateAt = clock.now() + read.settings.upTo;
  let hasEnded = false;
  for (;;) {
    signal?.throwIfAborted();
    const woken = new AbortController();
    const wake = () => {
      hasEnded = true;
      woken.abort();
    };
    // Before the job is read: its attempt may end meanwhile.
    const cancel = lane?.attempts.next(at.id, wake);
    lane?.look();
    try {
      const job = await driver.get(at.provider, at.id);
      const leftMs = lateAt - clock.now();
      if (hasEnded || leftMs <= 0 || job === undefined || !isOwed(job)) {
        return hasEnded ? await driver.get(at.provider, at.id) : job;
      }
      const either = signal === undefined ? woken.signal : AbortSignal.any([woken.signal, signal]);
      await clock.sleep(Math.min(leftMs, pollMs), either).catch(() => undefined);
    } finally {
      cancel?.();
    }
  }
}

/** An attempt at it is under way, or is due. */
function isOwed({ state }: Job): boolean {
  return state === 'waiting' || state === 'active';
}
