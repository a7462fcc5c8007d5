import { messageOf } from '@breakwater/core/adapter';
import { QueueDriverError } from '../driver/queue-driver.error.js';

const DRIVER = 'bullmqDriver';

/** BullMQ's codes for a job that is gone, in another state, or held by another worker. */
const ELSEWHERE: ReadonlySet<unknown> = new Set([-1, -2, -3, -6]);

/** Whether a job was not changed because another process was first. */
export function isElsewhere(error: unknown): boolean {
  return ELSEWHERE.has((Object(error) as { code?: unknown }).code);
}

/** Any error of BullMQ and its backend as one of the driver, with the backend's own code where it has one. */
export function driverError(error: unknown): QueueDriverError {
  if (error instanceof QueueDriverError) return error;
  const { code } = Object(error) as { code?: unknown };
  return new QueueDriverError(DRIVER, typeof code === 'string' ? code : 'UNAVAILABLE', messageOf(error), error);
}

export function closedError(): QueueDriverError {
  return new QueueDriverError(DRIVER, 'CLOSED', 'it is closed');
}

export function unusableError(what: string): QueueDriverError {
  return new QueueDriverError(DRIVER, 'UNUSABLE', what);
}
