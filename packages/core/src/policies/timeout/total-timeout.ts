import { whenRead } from '../../engine/attempt/held-stream.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { EnvironmentOf, Wrapper } from '../../engine/policy.js';
import { CallDeadline } from './call-deadline.js';
import type { TimeLimit } from './time-limit.js';
import type { TimeoutEvents } from './timeout.telemetry.js';

/** Aborts an operation that takes too long, with all its attempts and waits. */
export class TotalTimeout implements Wrapper {
  readonly kind = 'timeout';

  private limit: TimeLimit;

  constructor(ms: number, environment: EnvironmentOf<TimeoutEvents>) {
    this.limit = { scope: 'total', ms, environment };
  }

  execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const { limit } = this;
    const { ms, environment } = limit;
    const { now } = call;
    call.deadline = now + ms;
    const deadline = new CallDeadline(call, limit);
    environment.clock.expireAfter(ms, deadline, now);
    return next(call).then(
      (value) => {
        whenRead(value, () => deadline.remove());
        return value;
      },
      (error: unknown) => {
        deadline.remove();
        throw error;
      },
    );
  }

  reconfigure(ms: number): void {
    this.limit = { ...this.limit, ms };
  }
}
