import { SystemClock, type Clock, type ResilientProvider } from '@breakwater/core';
import { systemRandom, type LiveProvider } from '@breakwater/core/adapter';
import { LiveSyncQueue } from './live-sync-queue.js';
import { readSyncQueueOptions, type SyncQueueOptions } from './sync-queue.options.js';

/** The queue without a framework: `start` is given the handlers of this process, `stop` and `close` end it. */
export function createSyncQueue(
  options: SyncQueueOptions,
  parts: {
    readonly provider: (name: string) => ResilientProvider;
    readonly clock?: Clock;
    readonly random?: () => number;
  },
): LiveSyncQueue {
  const { clock = new SystemClock(), random = systemRandom } = parts;
  const provider = (name: string) => parts.provider(name) as LiveProvider;
  return new LiveSyncQueue({ settings: readSyncQueueOptions(options), clock, random, provider });
}
