import type { Clock } from '../clock.js';
import type { Order } from './order.js';
import { type Answer, type Journey, type Submission, isAccepted } from './submission.js';

/** How a customer behaves whose order fails. */
export interface Patience {
  /** Submissions of one order, at most. */
  readonly submissions: number;
  /** Before submitting again, when the answer did not say when to come back. */
  readonly pauseMs: number;
  /** A customer waits no longer than this, whatever Retry-After says. */
  readonly longestPauseMs: number;
  /** Customers who were told the same time come back anywhere within so much after it. */
  readonly spreadMs: number;
}

export interface CustomerSurroundings {
  readonly submit: (order: Order) => Promise<Answer>;
  readonly patience: Patience;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onSubmission?: (submission: Submission) => void;
}

/** Submits an order, and the same order again after a pause, until it is accepted or patience runs out. */
export async function placeOrder(order: Order, plannedAt: number, around: CustomerSurroundings): Promise<Journey> {
  const submissions: Submission[] = [];
  for (let due = plannedAt; ;) {
    const sentAt = around.clock.now();
    const answer = await around.submit(order);
    const submission = { plannedAt: due, sentAt, endedAt: around.clock.now(), answer };
    submissions.push(submission);
    around.onSubmission?.(submission);
    if (isAccepted(submission) || !mayBeTriedAgain(answer) || submissions.length >= around.patience.submissions) {
      return { orderId: order.id, submissions };
    }
    const pauseMs = pauseAfter(answer, around.patience) + around.random() * around.patience.spreadMs;
    due = submission.endedAt + pauseMs;
    await around.clock.sleep(pauseMs, around.signal);
  }
}

/** An order refused for what it says (a 4xx) stays refused; one that is still being worked on (409) does not. */
function mayBeTriedAgain(answer: Answer): boolean {
  return answer.kind === 'unanswered' || answer.status >= 500 || answer.status === 429 || answer.status === 409;
}

function pauseAfter(answer: Answer, patience: Patience): number {
  const advised = answer.kind === 'answered' ? answer.retryAfterMs : undefined;
  return Math.min(advised ?? patience.pauseMs, patience.longestPauseMs);
}
