import { refusedByServer } from '../limits/strict-server.js';
import type { Arrival } from './fleet.js';

export interface FleetUse {
  /** Share of the limit that the provider accepted. */
  readonly used: number;
  /** Share of calls that it refused. */
  readonly refused: number;
  /** Jain's index of what each host had of what it wanted: 1 where all had the same. */
  readonly fairness: number;
}

export interface Span {
  readonly limit: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** The share of all calls that each host wanted to make. */
  readonly wanted: readonly number[];
}

/** Judges the calls that arrived in a span of time as a provider with an exact sliding window of a second does. */
export function useOf(arrivals: readonly Arrival[], { limit, fromMs, toMs, wanted }: Span): FleetUse {
  const within = arrivals.filter(({ at }) => at >= fromMs && at < toMs);
  const refused = refusedByServer(
    within.map(({ at }) => at),
    limit,
    1000,
  );
  const served = wanted.map(() => 0);
  for (const { host } of within) served[host]!++;
  const shares = served.map((calls, host) => calls / wanted[host]!);
  return {
    used: (within.length * (1 - refused)) / ((limit * (toMs - fromMs)) / 1000),
    refused,
    fairness: jain(shares),
  };
}

/** (Σx)² ÷ n Σx² (Jain, Chiu and Hawe, DEC-TR-301). */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}
