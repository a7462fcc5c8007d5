import type { LiveCall, Next } from '../../engine/live-call.js';
import type { EnvironmentOf, Wrapper } from '../../engine/policy.js';
import type { FallbackHandler } from './fallback.options.js';
import type { FallbackEvents, FallbackSnapshot } from './fallback.telemetry.js';

/** Answers in place of an error. The caller's own abort is not an error that a fallback could mend. */
export class Fallback implements Wrapper {
  readonly kind = 'fallback';
  private used = 0;

  constructor(
    private handler: FallbackHandler,
    private readonly environment: EnvironmentOf<FallbackEvents>,
  ) {}

  async execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const { interruptible } = call;
    try {
      // What gives up or ends the call below leaves this one to its caller, who may still give up while the answer is made.
      return await next(interruptible ? call.forAttempt(1) : call);
    } catch (error) {
      if (call.cancelled) throw error;
      this.used++;
      this.environment.emit(
        'fallback.used',
        { error: error instanceof Error ? error.name : typeof error },
        call.operation,
      );
      const answer = this.handler.call(call.receiver, error, ...call.args) as T | Promise<T>;
      return await (interruptible ? call.race(Promise.resolve(answer)) : answer);
    }
  }

  snapshot(): FallbackSnapshot {
    return { used: this.used };
  }

  reconfigure(handler: FallbackHandler): void {
    this.handler = handler;
  }
}
