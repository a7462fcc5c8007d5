import type { IQueueBackend, Queue } from 'bullmq';
import type { BullData } from './bull-job.js';
import type { LineName } from './line-name.js';

/** The queue of a line, and the backend that claims from it. */
export interface Line extends LineName {
  readonly queue: Queue<BullData, unknown, string>;
  readonly backend: IQueueBackend;
}
