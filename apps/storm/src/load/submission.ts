/** One POST of an order, on the monotonic clock. */
export interface Submission {
  /** When the customer meant to send it: latency counts from here, whatever held it up. */
  readonly plannedAt: number;
  readonly sentAt: number;
  readonly endedAt: number;
  readonly answer: Answer;
}

/** The answer. */
export type Answer = Answered | Unanswered;

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** Why it was refused, in a word for machines. */
  readonly code?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The server's own time, by its Server-Timing. */
  readonly serverMs?: number | undefined;
}

/** The connection broke, or the customer's patience ran out. */
export interface Unanswered {
  readonly kind: 'unanswered';
  readonly why: string;
}

/** One order's way through the checkout, with every submission it took. */
export interface Journey {
  readonly orderId: string;
  readonly submissions: readonly Submission[];
}

export function isAccepted(submission: Submission | undefined): boolean {
  const answer = submission?.answer;
  return answer?.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}

export const acceptedAtFirst = (journey: Journey): boolean => isAccepted(journey.submissions[0]);

export const acceptedAtLast = (journey: Journey): boolean => isAccepted(journey.submissions.at(-1));

/** Every submission of all the journeys that was meant to be sent within [from, to). */
export function submissionsWithin(journeys: readonly Journey[], from: number, to: number): Submission[] {
  return journeys
    .flatMap((journey) => journey.submissions)
    .filter(({ plannedAt }) => plannedAt >= from && plannedAt < to);
}
