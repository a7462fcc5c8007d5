import { seeded, type Arrivals } from './arrivals.js';
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

/**
 * Sends the same calls through a limiter: they may wait for ever, or for two seconds, and are late on their way by
 * each of the jitters. Each is answered when it arrives.
 */
export async function simulate(maker: LimiterMaker, limit: Limit, arrivals: Arrivals): Promise<Outcome> {
  const patient: Sent[] = [];
  for (const late of latenessOf(arrivals.at.length)) {
    patient.push(await run(maker, limit, { at: arrivals.at, waitMs: Infinity, late }));
  }
  return outcomeOf(limit, arrivals, patient, await runImpatient(maker, limit, arrivals));
}

/** The share of calls that may wait two seconds which a limiter refuses, or has wait longer. */
export async function refusedOf(maker: LimiterMaker, limit: Limit, arrivals: Arrivals): Promise<number> {
  return lateShare(arrivals, await runImpatient(maker, limit, arrivals));
}

/** The same for a limiter that knows the provider's own log, and goes by when calls are sent. */
export function idealLog(limit: Limit, arrivals: Arrivals): Outcome {
  const patient = logged(limit, arrivals.at, Infinity);
  const all = JITTERS_MS.map(() => patient);
  return outcomeOf(limit, arrivals, all, logged(limit, arrivals.at, PATIENCE_MS));
}

/** How late each call is on its way, for each of the jitters. */
function latenessOf(count: number): readonly (readonly number[])[] {
  return JITTERS_MS.map((jitterMs) => {
    const random = seeded(11);
    return Array.from({ length: count }, () => random() * jitterMs);
  });
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

interface Run {
  readonly at: readonly number[];
  readonly waitMs: number;
  readonly late: readonly number[];
}

async function run(maker: LimiterMaker, limit: Limit, { at, waitMs, late }: Run): Promise<Sent> {
  const limiter = await maker.make(limit.limit, limit.perMs, waitMs);
  const sent = new Array<number | undefined>(at.length).fill(undefined);
  let open = 0;
  try {
    for (const [i, arrival] of at.entries()) {
      if (arrival > limiter.elapsed()) await limiter.moveTo(arrival);
      open++;
      limiter
        .schedule(() => void (sent[i] = limiter.elapsed()), late[i] ?? 0)
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

function runImpatient(maker: LimiterMaker, limit: Limit, { at }: Arrivals): Promise<Sent> {
  return run(maker, limit, { at, waitMs: PATIENCE_MS, late: [] });
}

function lateShare(arrivals: Arrivals, sent: Sent): number {
  return sent.filter((at, i) => at === undefined || at - arrivals.at[i]! >= PATIENCE_MS).length / sent.length;
}

function outcomeOf({ limit, perMs }: Limit, arrivals: Arrivals, all: readonly Sent[], impatient: Sent): Outcome {
  const lateness = latenessOf(arrivals.at.length);
  const patient = all[0]!;
  const departures = patient.filter((at) => at !== undefined);
  const added = patient.flatMap((at, i) => (at === undefined ? [] : [at - arrivals.at[i]!])).sort((a, b) => a - b);
  const span = Math.max(...departures) - arrivals.at[0]!;
  return {
    // The last window of calls takes no time.
    throughput: arrivals.saturates ? ((departures.length - limit) * perMs) / limit / span : undefined,
    p50Ms: quantile(added, 0.5),
    p95Ms: quantile(added, 0.95),
    refused: lateShare(arrivals, impatient),
    mostInWindow: mostInAnyWindow(departures, perMs),
    refusedByServer: all.map((sent, jitter) => {
      const arriving = sent.flatMap((at, i) => (at === undefined ? [] : [at + lateness[jitter]![i]!]));
      return refusedByServer(arriving, limit, perMs);
    }),
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
