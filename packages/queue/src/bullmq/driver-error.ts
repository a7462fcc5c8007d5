import { messageOf } from '@breakwater/core/adapter';
import { QueueDriverError } from '../driver/queue-driver.error.js';

const DRIVER = 'bullmqDriver';

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
