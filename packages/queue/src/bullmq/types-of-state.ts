import type { JobType } from 'bullmq';
import type { JobState } from '../driver/job.js';

/** The types that a state has in BullMQ, in the order in which their jobs run. */
export const TYPES_OF_STATE = {
  waiting: ['wait', 'prioritized'],
  delayed: ['delayed'],
  active: ['active'],
  completed: ['completed'],
  dead: ['failed'],
} as const satisfies Record<JobState, readonly JobType[]>;
