import type { Departures } from './token-count.js';

/**
 * The departures that an allowance still counts, as compact as can be: of what calls cost, or of calls and of what they
 * cost, the time of each, and after it the tokens, as a number below 0, where they are more than one; the time alone of
 * a single token.
 */
export type PackedAllowance = number | readonly number[] | readonly [readonly number[], readonly number[]];

/** Packs the departures of the quotas that count calls, and of those that count their cost; the oldest first. */
export function packedAllowance(
  calls: readonly Departures[],
  cost: readonly Departures[],
): PackedAllowance | undefined {
  if (calls.length + cost.length === 0) return undefined;
  if (calls.length > 0) return [flat(calls), flat(cost)];
  const times = flat(cost);
  return times.length === 1 ? times[0]! : times;
}

export function unpackedAllowance(packed: PackedAllowance): [calls: Departures[], cost: Departures[]] {
  if (typeof packed === 'number') return [[], [{ at: packed, tokens: 1 }]];
  const [calls, cost] = isPair(packed) ? packed : [[], packed];
  return [paired(calls), paired(cost)];
}

function flat(departures: readonly Departures[]): number[] {
  const times = departures.flatMap(({ at, tokens }) => (tokens === 1 ? Math.max(0, at) : [Math.max(0, at), -tokens]));
  // Without the room to grow that a list keeps which has grown.
  return times.slice();
}

function isPair(
  packed: readonly number[] | readonly [readonly number[], readonly number[]],
): packed is readonly [readonly number[], readonly number[]] {
  return Array.isArray(packed[0]);
}

/** No time is below 0: what is says how many tokens there were at the time before it. */
function paired(flat: readonly number[]): Departures[] {
  return flat.flatMap((at, i) => (at < 0 ? [] : [{ at, tokens: -Math.min(-1, flat[i + 1] ?? 0) }]));
}
