import type { DeadlineList, ListedDeadline } from '../../time/deadline-list.js';
import type { LiveCall } from '../../engine/live-call.js';
import { TimeoutError } from './timeout.error.js';
import type { TimeLimit } from './time-limit.js';

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
    private readonly limit: TimeLimit,
  ) {
    call.abortable = true;
  }

  expire(): void {
    const { call, limit } = this;
    const { scope, ms, environment } = limit;
    environment.emit('timeout.expired', { scope, afterMs: ms, attempt: call.latestAttempt }, call.operation);
    call.abort(new TimeoutError(scope, ms, { provider: call.provider, operation: call.operation }));
  }

  remove(): void {
    this.list?.remove(this);
  }
}
