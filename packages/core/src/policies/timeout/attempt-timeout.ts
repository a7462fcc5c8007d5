import type { DeadlineList } from '../../time/deadline-list.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { Outcome } from '../../outcome/outcome.js';
import type { EnvironmentOf, Gate } from '../../engine/policy.js';
import { CallDeadline } from './call-deadline.js';
import type { TimeLimit } from './time-limit.js';
import type { TimeoutEvents } from './timeout.telemetry.js';

/** Aborts an attempt that takes too long. Its work may go on; its signal tells it not to. */
export class AttemptTimeout implements Gate<CallDeadline> {
  readonly kind = 'timeout';
  private limit: TimeLimit;
  private deadlines: DeadlineList | undefined;

  constructor(ms: number, environment: EnvironmentOf<TimeoutEvents>) {
    this.limit = { scope: 'attempt', ms, environment };
  }

  enter(call: LiveCall): CallDeadline {
    const { limit } = this;
    const deadline = new CallDeadline(call, limit);
    if (this.deadlines === undefined || this.deadlines.dropped) {
      this.deadlines = limit.environment.clock.deadlinesOf(limit.ms);
    }
    this.deadlines.add(deadline, call.now);
    return deadline;
  }

  leave(deadline: CallDeadline, _outcome: Outcome, _call: LiveCall): void {
    deadline.remove();
  }

  reconfigure(ms: number): void {
    this.limit = { ...this.limit, ms };
    this.deadlines = undefined;
  }
}
