import type { LiveCall, Next } from '../../call.js';
import type { Environment, Wrapper } from '../../policy.js';
import { CallDeadline } from './call-deadline.js';
import type { TimeoutSettings } from './timeout.options.js';

/** Gives an operation up, with all its attempts and waits, when it takes too long. */
export class TotalTimeout implements Wrapper {
  readonly kind = 'timeout';

  constructor(
    private settings: TimeoutSettings,
    private readonly environment: Environment,
  ) {}

  async execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const { clock } = this.environment;
    const ms = this.settings.total!;
    const { now } = call;
    call.deadline = Math.min(call.deadline, now + ms);
    const deadline = new CallDeadline(call, 'total', ms, this.environment);
    clock.expireAfter(ms, deadline, now);
    try {
      return await next(call);
    } finally {
      deadline.remove();
    }
  }

  reconfigure(settings: TimeoutSettings): void {
    if (settings.total !== undefined) this.settings = settings;
  }
}
