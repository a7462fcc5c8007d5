import type { PackedAllowance } from './packed-allowance.js';
import type { Quota } from './quota.js';
import type { QuotaSnapshot, SharedSnapshot } from './rate-limit.telemetry.js';
import type { Taken } from './taken.js';

/** The calls in line: how many they are, and what all of them and the next of them cost. */
export interface LineWants {
  readonly cost: number;
  readonly calls: number;
  readonly nextCost: number;
}

/**
 * The calls that may still be sent to a provider. The gate asks `waitMs` and takes only when that is 0, both in one
 * turn, so that an allowance that gets its tokens elsewhere (leases from a store that several hosts share) answers from
 * what it holds, and calls `changed` once it holds more.
 */
export interface Allowance {
  /** The most that one call may cost: there is never more at once. */
  readonly mostCost: number;
  /** Whether `waitMs` is 0 for one call of cost 1; asked of nearly every call. */
  isFree(now: number): boolean;
  /**
   * Milliseconds until so many calls in line, which cost `cost` together, are admitted, as far as can be told; 0 only
   * when they can be now.
   */
  waitMs(now: number, cost: number, calls: number): number;
  /**
   * Takes what a call costs. `waited`: its turn came some time ago, and a timer was late. Only to be called when
   * `waitMs` is 0.
   */
  take(now: number, cost: number, waited: boolean): Taken;
  /** Something between the gate and the provider holds the call: what it took stays its own until it is sent. */
  hold(taken: Taken, now: number): void;
  /**
   * The call that was held goes out now, and counts from now on. Returns false where it has to wait for its turn once
   * more.
   */
  sent(taken: Taken, now: number): boolean;
  /** Whether it matters when answers come: most calls are spared the reading of a clock. */
  readonly heedsAnswers: boolean;
  /** The provider has answered: the call had arrived by now. */
  answered(taken: Taken, now: number): void;
  /** The call turned out to cost something else; it may have left, and then it may count no more. */
  settle(taken: Taken, cost: number, now: number): void;
  /** The call was not sent. Returns false where nothing can be taken back: it was taken before the quotas changed. */
  giveBack(taken: Taken, now: number): boolean;
  /** The call has left for good: what it took stays taken. `taken` may be used again for another. */
  done(taken: Taken): void;
  /** Whether nothing is taken that still counts. */
  isFresh(now: number): boolean;
  /** One that goes on from here with other quotas: what was let through still counts. */
  withQuotas(quotas: readonly Quota[], now: number): Allowance;
  /** Whether at least half of a quota is taken. */
  isHalfSpent(now: number): boolean;
  /** Everything that is taken and still counts; `undefined` when nothing is. */
  pack(now: number): PackedAllowance | undefined;
  /** Counts what another of the same quotas has let through. */
  unpack(packed: PackedAllowance, now: number): void;
  /** Whether nothing of it counts any more. */
  isOver(packed: PackedAllowance, now: number): boolean;
  /** How long a call may wait until it is known how long it would have to; 0 where that is always known. */
  readonly graceMs?: number;
  /** Whether that is not known now. */
  isAsking?(now: number): boolean;
  /** Calls wait in line, and there may be more for them elsewhere. */
  seek?(now: number, line: LineWants): void;
  /** Its part in what hosts share. */
  shown?(now: number): SharedSnapshot;
  /** Plain JSON, a quota each. */
  snapshot(now: number): readonly QuotaSnapshot[];
}
