/** The rule of a sliding counter. */
export interface SlidingWindow {
  /** The most that any window of `windowMs` may see. */
  readonly limit: number;
  readonly windowMs: number;
  /**
   * How many slices a window is counted in, at least 1. More cost memory, fewer cost quota: up to one slice in
   * `slices`. Default 64.
   */
  readonly slices?: number;
}

export interface CountResult {
  readonly admitted: boolean;
  /** The count in the window now, this amount included when it was admitted. */
  readonly used: number;
  /** 0 when admitted, otherwise how long until the same amount would be; infinite for more than the limit. */
  readonly retryAfterMs: number;
}

/** The count of one slice: the moment at which the slice ends, and the amount. */
export type Slice = readonly [endsAt: number, amount: number];

export const DEFAULT_SLICES = 64;

/**
 * Counts `by` in a sliding window whose slices are counted whole: an amount leaves `windowMs` after its slice has
 * ended, so that no window of that length, wherever it begins, sees more than the limit. A negative amount is given
 * back, the oldest slice first: it leaves the window no earlier than what was counted would have.
 *
 * `counted` holds the slices in order of time. Returns those that stand afterwards.
 */
export function slidingCount(
  counted: readonly Slice[],
  by: number,
  { window, now }: { window: SlidingWindow; now: number },
): { counted: readonly Slice[]; result: CountResult } {
  const { limit, windowMs, slices = DEFAULT_SLICES } = window;
  const live = counted.filter(([endsAt]) => endsAt + windowMs > now);
  const used = live.reduce((sum, [, amount]) => sum + amount, 0);
  if (by <= 0) {
    const left = withoutOldest(live, -by);
    return { counted: left, result: { admitted: true, used: Math.max(0, used + by), retryAfterMs: 0 } };
  }
  if (used + by > limit) {
    const retryAfterMs = by > limit ? Infinity : leavesIn(live, used + by - limit, now - windowMs);
    return { counted: live, result: { admitted: false, used, retryAfterMs } };
  }
  const sliceMs = windowMs / slices;
  return {
    counted: withAmount(live, (Math.floor(now / sliceMs) + 1) * sliceMs, by),
    result: { admitted: true, used: used + by, retryAfterMs: 0 },
  };
}

/** Throws a `TypeError` that names the argument which cannot be counted with, for the store called `store`. */
export function requireCount(by: number, window: SlidingWindow, store: string): void {
  const { limit, windowMs, slices = DEFAULT_SLICES } = window;
  const refuse = (what: string, given: unknown) => {
    throw new TypeError(`${store}: expected ${what}, got ${String(given)}`);
  };
  if (typeof by !== 'number' || Number.isNaN(by)) refuse('by to be a number', by);
  if (typeof limit !== 'number' || Number.isNaN(limit)) refuse('limit to be a number', limit);
  if (!(Number.isFinite(windowMs) && windowMs > 0))
    refuse('windowMs to be a positive number of milliseconds', windowMs);
  if (!(Number.isInteger(slices) && slices >= 1)) refuse('slices to be a whole number from 1', slices);
}

function withAmount(slices: readonly Slice[], endsAt: number, by: number): Slice[] {
  const last = slices.at(-1);
  if (last === undefined || last[0] < endsAt) return [...slices, [endsAt, by]];
  // A window that was set anew may have longer slices: what is counted now leaves with the last of them.
  return [...slices.slice(0, -1), [last[0], last[1] + by]];
}

function withoutOldest(slices: readonly Slice[], amount: number): Slice[] {
  let left = amount;
  const rest: Slice[] = [];
  for (const [endsAt, counted] of slices) {
    const taken = Math.min(left, counted);
    left -= taken;
    if (counted > taken) rest.push([endsAt, counted - taken]);
  }
  return rest;
}

/** How long until `amount` has left a window that began at `startedAt`. */
function leavesIn(slices: readonly Slice[], amount: number, startedAt: number): number {
  let left = amount;
  for (const [endsAt, counted] of slices) {
    left -= counted;
    if (left <= 0) return endsAt - startedAt;
  }
  return 0;
}
