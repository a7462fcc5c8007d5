import type { Answer, Journey, Submission } from '../load/submission.js';

export const answered = (status: number, more: { retryAfterMs?: number; serverMs?: number } = {}): Answer => {
  return { kind: 'answered', status, ...more };
};

/** A submission that took `tookMs`. */
export function submissionAt(plannedAt: number, answer: Answer, tookMs = 1): Submission {
  return { plannedAt, sentAt: plannedAt, endedAt: plannedAt + tookMs, answer };
}

/** An order whose submissions were answered with these statuses, one a second. */
export function journey(orderId: string, ...statuses: readonly number[]): Journey {
  return { orderId, submissions: statuses.map((status, index) => submissionAt(index * 1_000, answered(status))) };
}
