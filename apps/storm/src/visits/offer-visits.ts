import type { Clock } from '../clock.js';

export interface VisitPlan {
  readonly count: number;
  /** Arrivals a second. */
  readonly rate: number;
}

export interface VisitSurroundings<Seen> {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One visitor, told which, from the arrival to what was seen. */
  readonly visit: (index: number) => Promise<Seen>;
}

/** Visitors who come at a fixed rate, whether or not those before them were served, and once each. */
export async function offerVisits<Seen>(
  { count, rate }: VisitPlan,
  { clock, signal, visit }: VisitSurroundings<Seen>,
): Promise<Seen[]> {
  const startedAt = clock.now();
  const visits: Promise<Seen>[] = [];
  for (let index = 0; index < count; index++) {
    const early = startedAt + (index * 1_000) / rate - clock.now();
    if (early > 0) await clock.sleep(early, signal);
    signal.throwIfAborted();
    visits.push(visit(index));
  }
  return Promise.all(visits);
}
