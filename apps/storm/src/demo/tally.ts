import type { Clock } from '../clock.js';
import { outcomeOf, type Step, STEPS, type Visit } from './visit.js';

const WINDOW_MS = 10_000;

/** The customers of the last ten seconds, as they have seen a shop. */
export interface Tallied {
  /** Looked at a product, put it into a basket, and ordered it. */
  readonly served: number;
  /** Refused or failed at one of these, and told so. */
  readonly turnedAway: number;
  readonly unanswered: number;
  /** How long customers waited altogether, in milliseconds; absent where there was none. */
  readonly p50?: number;
  readonly p95?: number;
  /** A number for each of the last ten seconds, oldest first: served customers, and all others. */
  readonly seconds: readonly (readonly [served: number, others: number])[];
  readonly steps: Readonly<Record<Step, StepTally>>;
}

/** One step of those customers who came as far. */
export interface StepTally {
  readonly tried: number;
  readonly done: number;
  /** Done, with an old price. */
  readonly stale: number;
  readonly p50?: number;
}

/** Counts what becomes of the customers of one shop. */
export class Tally {
  private recent: Visit[] = [];

  constructor(private readonly clock: Clock) {}

  add(visit: Visit): void {
    this.recent.push(visit);
  }

  read(): Tallied {
    const now = this.clock.now();
    this.recent = this.recent.filter(({ endedAt }) => endedAt > now - WINDOW_MS);
    const ended = (outcome: string) => this.recent.filter((visit) => outcomeOf(visit) === outcome).length;
    const waits = this.recent.map(({ startedAt, endedAt }) => endedAt - startedAt);
    return {
      served: ended('done'),
      turnedAway: ended('turned-away'),
      unanswered: ended('unanswered'),
      ...percentiles(waits, { p50: 0.5, p95: 0.95 }),
      seconds: this.bySecond(now),
      steps: Object.fromEntries(STEPS.map((step) => [step, this.stepOf(step)])) as Record<Step, StepTally>,
    };
  }

  private bySecond(now: number): Tallied['seconds'] {
    return Array.from({ length: WINDOW_MS / 1000 }, (_, i) => {
      const from = now - WINDOW_MS + i * 1000;
      const within = this.recent.filter(({ endedAt }) => endedAt > from && endedAt <= from + 1000);
      const served = within.filter((visit) => outcomeOf(visit) === 'done').length;
      return [served, within.length - served] as const;
    });
  }

  private stepOf(name: Step): StepTally {
    const taken = this.recent.flatMap(({ steps }) => steps.filter(({ step }) => step === name));
    const done = taken.filter(({ outcome }) => outcome === 'done');
    return {
      tried: taken.length,
      done: done.length,
      stale: done.filter(({ stale }) => stale).length,
      ...percentiles(
        taken.map(({ ms }) => ms),
        { p50: 0.5 },
      ),
    };
  }
}

/** Nothing where there are no values. */
function percentiles<Name extends string>(
  values: readonly number[],
  shares: Readonly<Record<Name, number>>,
): Partial<Record<Name, number>> {
  const sorted = values.toSorted((a, b) => a - b);
  const found = Object.entries<number>(shares).flatMap(([name, share]) => {
    const value = sorted[Math.ceil(share * sorted.length) - 1];
    return value === undefined ? [] : [[name, Math.round(value)]];
  });
  return Object.fromEntries(found) as Partial<Record<Name, number>>;
}
