import type { Clock } from '../../time/clock.js';
import type { Outcome, Settled } from '../../outcome/outcome.js';
import type { ResilienceError } from '../../errors/resilience-error.js';
import type { Entrance } from './entrance.js';
import type { LiveCall, Next } from '../live-call.js';

/** Watches the calls of one provider. Where there is none, a pipeline is made as if there never could be one. */
export interface CallObserver {
  /** Runs a logical call by `next`, once, and returns what that returns: every attempt happens within. */
  around(call: LiveCall, next: Next<unknown>): Promise<unknown>;
  /** An attempt comes to its gates. `call.root` is the call that it is made for. */
  attemptBegins(call: LiveCall): void;
  /** An attempt has ended, let through or not: `call.outcome` says how. */
  attemptEnded(call: LiveCall): void;
}

/** A provider, as those see it that watch its calls. */
export interface ObservedProvider {
  readonly provider: string;
  readonly clock: Clock;
  /** The meaning of a result of `call`. */
  classify(result: Settled, call: LiveCall): Outcome;
}

/** Makes the observer of one provider. */
export type ObserveCalls = (provider: ObservedProvider) => CallObserver;

/** Puts observers around the way of a call through its policies, the first outermost. */
export function observed(run: Next<unknown>, observers: readonly CallObserver[]): Next<unknown> {
  return observers.reduceRight<Next<unknown>>((next, observer) => (call) => observer.around(call, next), run);
}

/** An entrance that also tells observers of every attempt. */
export class ObservedEntrance implements Entrance {
  constructor(
    private readonly entrance: Entrance | undefined,
    private readonly observers: readonly CallObserver[],
  ) {}

  enter(call: LiveCall): ResilienceError | undefined {
    for (const observer of this.observers) observer.attemptBegins(call);
    return this.entrance?.enter(call);
  }

  leave(call: LiveCall): void {
    for (const observer of this.observers) observer.attemptEnded(call);
    this.entrance?.leave(call);
  }
}
