import type { Arrivals } from './arrivals.js';
import type { LimiterMaker } from './limiters.js';
import { mostInAnyWindow, refusedByServer } from './strict-server.js';

/** How long calls may wait where it is counted how many are refused. */
export const PATIENCE_MS = 2000;
export const JITTERS_MS = [0, 10, 30, 100] as const;

export interface Limit {
  readonly name: string;
  readonly limit: number;
  readonly perMs: number;
}

export interface Outcome {
  /** Share of the limit that was used, where more came than that. */
  readonly throughput: number | undefined;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** The share of the calls that may wait two seconds which is refused, or would wait longer. */
  readonly refused: number;
  readonly mostInWindow: number;
  /** The share that a strict server refuses, for each of the jitters. */
  readonly refusedByServer: readonly number[];
}

/** When each call is sent; `undefined` for those that are refused. */
type Sent = readonly (number | undefined)[];

/** Sends the same calls through a limiter twice: they may wait for ever, and for two seconds. */
export async function simulate(maker: LimiterMaker, limit: Limit, arrivals: Arrivals): Promise<Outcome> {
  const patient = await run(maker, limit, arrivals.at, Infinity);
  const impatient = await run(maker, limit, arrivals.at, PATIENCE_MS);
  return outcomeOf(limit, arrivals, patient, impatient);
}

/** The same for a limiter that knows the provider's own log, and whose calls are never late. */
export function idealLog(limit: Limit, arrivals: Arrivals): Outcome {
  return outcomeOf(limit, arrivals, logged(limit, arrivals.at, Infinity), logged(limit, arrivals.at, PATIENCE_MS));
}

function logged({ limit, perMs }: Limit, at: readonly number[], waitMs: number): Sent {
  const sent: number[] = [];
  return at.map((arrival) => {
    const free = sent.length >= limit ? sent[sent.length - limit]! + perMs : arrival;
    const departure = Math.max(arrival, free, sent.at(-1) ?? 0);
    if (departure - arrival >= waitMs) return undefined;
    sent.push(departure);
    return departure;
  });
}

async function run(maker: LimiterMaker, limit: Limit, at: readonly number[], waitMs: number): Promise<Sent> {
  const limiter = await maker.make(limit.limit, limit.perMs, waitMs);
  const sent = new Array<number | undefined>(at.length).fill(undefined);
  let open = 0;
  try {
    for (const [i, arrival] of at.entries()) {
      if (arrival > limiter.elapsed()) await limiter.moveTo(arrival);
      open++;
      limiter
        .schedule(() => (sent[i] = limiter.elapsed()))
        .then(
          () => open--,
          () => open--,
        );
    }
    const step = Math.min(limit.perMs, 60_000);
    for (let rounds = 0; rounds < 100_000; rounds++) {
      await limiter.moveTo(limiter.elapsed() + step);
      if (open === 0) break;
    }
  } finally {
    limiter.close();
  }
  return sent;
}

function outcomeOf({ limit, perMs }: Limit, arrivals: Arrivals, patient: Sent, impatient: Sent): Outcome {
  const departures = patient.filter((at) => at !== undefined);
  const added = patient.flatMap((at, i) => (at === undefined ? [] : [at - arrivals.at[i]!])).sort((a, b) => a - b);
  const span = Math.max(...departures) - arrivals.at[0]!;
  const late = impatient.filter((at, i) => at === undefined || at - arrivals.at[i]! >= PATIENCE_MS).length;
  return {
    // The last window of calls takes no time.
    throughput: arrivals.saturates ? ((departures.length - limit) * perMs) / limit / span : undefined,
    p50Ms: quantile(added, 0.5),
    p95Ms: quantile(added, 0.95),
    refused: late / arrivals.at.length,
    mostInWindow: mostInAnyWindow(departures, perMs),
    refusedByServer: JITTERS_MS.map((jitterMs) => refusedByServer(departures, limit, perMs, jitterMs)),
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
