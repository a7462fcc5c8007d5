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
  return new QueueDriverError(DRIVER, codeOf(error) ?? 'UNAVAILABLE', messageOf(error), error);
}

/** Redis has its code in the message: `'OOM command not allowed …'`. */
function codeOf(error: unknown): string | undefined {
  const { code, name, message } = Object(error) as { code?: unknown; name?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  return name === 'ReplyError' ? /^[A-Z]{3,}\b/.exec(String(message))?.[0] : undefined;
}

export function closedError(): QueueDriverError {
  return new QueueDriverError(DRIVER, 'CLOSED', 'it is closed');
}

export function unusableError(what: string): QueueDriverError {
  return new QueueDriverError(DRIVER, 'UNUSABLE', what);
}
