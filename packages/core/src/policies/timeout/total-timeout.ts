import { whenRead } from '../../engine/attempt/held-stream.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { EnvironmentOf, Wrapper } from '../../engine/policy.js';
import { CallDeadline } from './call-deadline.js';
import type { TimeoutEvents } from './timeout.telemetry.js';

/** Aborts an operation that takes too long, with all its attempts and waits. */
export class TotalTimeout implements Wrapper {
  readonly kind = 'timeout';

  constructor(
    private ms: number,
    private readonly environment: EnvironmentOf<TimeoutEvents>,
  ) {}

  execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const { clock } = this.environment;
    const { ms } = this;
    const { now } = call;
    call.deadline = now + ms;
    const deadline = new CallDeadline(call, 'total', ms, this.environment);
    clock.expireAfter(ms, deadline, now);
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
    this.ms = ms;
  }
}
