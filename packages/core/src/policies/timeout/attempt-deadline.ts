import type { LiveCall } from '../../engine/live-call.js';
import { CallDeadline } from './call-deadline.js';

/** When an attempt must have ended: its own limit or the operation's, whichever is sooner. `Infinity` without one. */
export function attemptDeadline({ deadline, tickets }: LiveCall): number {
  return tickets.reduce<number>(
    (earliest, ticket) => (ticket instanceof CallDeadline ? Math.min(earliest, ticket.dueAt) : earliest),
    deadline,
  );
}
