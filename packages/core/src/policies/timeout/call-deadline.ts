import type { DeadlineList, ListedDeadline } from '../../time/deadline-list.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import { TimeoutError } from './timeout.error.js';
import type { TimeoutEvents } from './timeout.telemetry.js';

/**
 * Aborts a call with a `TimeoutError` when its time is over. No heir of `Deadline`: one is made for every call, and
 * `super` is dear.
 */
export class CallDeadline implements ListedDeadline {
  dueAt = 0;
  previous: ListedDeadline | undefined = undefined;
  next: ListedDeadline | undefined = undefined;
  list: DeadlineList | undefined = undefined;

  constructor(
    private readonly call: LiveCall,
    private readonly scope: 'attempt' | 'total',
    private readonly ms: number,
    private readonly environment: EnvironmentOf<TimeoutEvents>,
  ) {
    call.abortable = true;
  }

  expire(): void {
    const { call, scope, ms } = this;
    this.environment.emit('timeout.expired', { scope, afterMs: ms, attempt: call.latestAttempt }, call.operation);
    call.abort(new TimeoutError(scope, ms, { provider: call.provider, operation: call.operation }));
  }

  remove(): void {
    this.list?.remove(this);
  }
}
