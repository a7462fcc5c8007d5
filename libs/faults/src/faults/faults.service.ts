import { Injectable } from '@nestjs/common';
import { Clock } from '../service/clock.js';
import { type Fate, Fates } from './fates.js';
import type { FaultKind, FaultSet } from './fault-set.js';

/** The answer of every `/faults` route. */
export interface FaultsReport {
  readonly active: FaultSet;
  /** How many requests each fault has struck since the service started. */
  readonly struck: Readonly<Record<FaultKind, number>>;
}

/** The faults that are active now, and how often each has struck. */
@Injectable()
export class Faults {
  private readonly struck = { latency: 0, hang: 0, error: 0, flap: 0, throttle: 0, drop: 0 };
  private fates: Fates;

  /** Every fault set starts its dice anew from `seed`, so a run can be repeated. */
  constructor(
    private readonly clock: Clock,
    private readonly seed: number,
  ) {
    this.fates = this.fatesOf({});
  }

  activate(faults: FaultSet): void {
    this.fates = this.fatesOf(faults);
  }

  decide(): Fate {
    const fate = this.fates.next();
    for (const kind of fate.struck) this.struck[kind] += 1;
    return fate;
  }

  report(): FaultsReport {
    return { active: this.fates.faults, struck: { ...this.struck } };
  }

  private fatesOf(faults: FaultSet): Fates {
    return new Fates(faults, () => this.clock.now(), this.seed);
  }
}
