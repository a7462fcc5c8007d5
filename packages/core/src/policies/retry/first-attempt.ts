import type { LiveCall, Next } from '../../engine/live-call.js';
import type { Watcher } from '../../engine/attempt/watcher.js';
import { REFUSED, SUCCESS, type Settled } from '../../outcome/outcome.js';
import type { RetrySettings } from './retry.options.js';
import { childAttempt } from '../../engine/derived-calls.js';

/** Goes on where a first attempt ends. */
export interface Retrier {
  /** A first attempt has gone well. */
  earn(): void;
  /** A first attempt was no plain success. Returns what comes of going on. */
  goOn<T>(first: FirstAttempt, result: Settled<T>): Promise<T>;
}

/** The first attempt of an operation, with what it takes to go on from there. */
export class FirstAttempt implements Watcher {
  readonly startedAt: number;
  /** Whether nothing above can abort the operation. It is its own first attempt then. */
  readonly alone: boolean;
  readonly attempt: LiveCall;

  constructor(
    private readonly retry: Retrier,
    readonly call: LiveCall,
    readonly next: Next<unknown>,
    /** Those with which it began: newer ones are for the calls after it. */
    readonly settings: RetrySettings,
  ) {
    this.startedAt = call.now;
    this.alone = !call.abortable;
    call.budgetPaidAbove = true;
    this.attempt = this.alone ? call : childAttempt(call, 1);
  }

  succeeded(value: unknown): unknown {
    if (this.attempt.outcome !== SUCCESS || this.settings.when !== undefined) {
      return this.retry.goOn(this, { ok: true, value });
    }
    this.retry.earn();
    return value;
  }

  failed(error: unknown): Promise<unknown> | undefined {
    const { attempt, settings, alone, call } = this;
    // Failing fast is to be fast: a refusal that is not waited for goes straight through.
    if (attempt.outcome === REFUSED && !settings.refusals && (alone || !call.aborted)) return undefined;
    return this.retry.goOn(this, { ok: false, error });
  }
}
