import { RATE_LIMIT_ERROR } from 'bullmq';

/** The errors by which a processor tells BullMQ what becomes of its job. */
const WORDS: ReadonlySet<string> = new Set([
  'DelayedError',
  'RateLimitError',
  'UnrecoverableError',
  'WaitingChildrenError',
  'WaitingError',
]);

/** Whether an error is a processor's word to BullMQ. By name, as BullMQ tells them: there may be two copies of it. */
export function isWordToBullmq(error: unknown): error is Error {
  return error instanceof Error && (WORDS.has(error.name) || error.message === RATE_LIMIT_ERROR);
}
