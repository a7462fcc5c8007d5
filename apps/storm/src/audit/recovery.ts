import { isAccepted, type Submission } from '../load/submission.js';

/** How long after the return of a provider the last order was still turned away; 0 when none was. */
export function recoveryMs(submissions: readonly Submission[], returnedAt: number): number {
  const turnedAway = submissions.filter((submission) => submission.sentAt >= returnedAt && !isAccepted(submission));
  return Math.max(0, ...turnedAway.map(({ sentAt }) => sentAt - returnedAt));
}
