import type { LiveCall } from '../../call.js';
import type { Outcome } from '../../outcome.js';
import type { Environment, Gate } from '../../policy.js';
import { CallDeadline } from './call-deadline.js';
import type { TimeoutSettings } from './timeout.options.js';

/** Gives an attempt up when it takes too long. Its work may go on; its signal tells it not to. */
export class AttemptTimeout implements Gate<CallDeadline> {
  readonly kind = 'timeout';

  constructor(
    private settings: TimeoutSettings,
    private readonly environment: Environment,
  ) {}

  enter(call: LiveCall): CallDeadline {
    const ms = this.settings.attempt!;
    const deadline = new CallDeadline(call, 'attempt', ms, this.environment);
    this.environment.clock.expireAfter(ms, deadline, call.now);
    return deadline;
  }

  leave(deadline: CallDeadline, _outcome: Outcome, _call: LiveCall): void {
    deadline.remove();
  }

  reconfigure(settings: TimeoutSettings): void {
    if (settings.attempt !== undefined) this.settings = settings;
  }
}
