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

/** Shared by the operations of one retry: one object for all of them, until other settings or policies come. */
export interface RetryTerms {
  readonly retry: Retrier;
  readonly next: Next<unknown>;
  readonly settings: RetrySettings;
}

/** The first attempt of an operation, with what it takes to go on from there. */
export class FirstAttempt implements Watcher {
  readonly startedAt: number;
  readonly attempt: LiveCall;

  constructor(
    readonly call: LiveCall,
    /** Those with which it began: newer ones are for the calls after it. */
    readonly terms: RetryTerms,
  ) {
    this.startedAt = call.now;
    this.attempt = call.abortable ? childAttempt(call, 1) : call;
  }

  /** Whether nothing above can abort the operation. It is its own first attempt then. */
  get alone(): boolean {
    return this.attempt === this.call;
  }

  succeeded(value: unknown): unknown {
    const { retry, settings } = this.terms;
    if (this.attempt.outcome !== SUCCESS || settings.when !== undefined) return retry.goOn(this, { ok: true, value });
    retry.earn();
    return value;
  }

  failed(error: unknown): Promise<unknown> | undefined {
    const { attempt, alone, call, terms } = this;
    const { retry, settings } = terms;
    // Failing fast is to be fast: a refusal that is not waited for goes straight through.
    if (attempt.outcome === REFUSED && !settings.refusals && (alone || !call.aborted)) return undefined;
    return retry.goOn(this, { ok: false, error });
  }
}
