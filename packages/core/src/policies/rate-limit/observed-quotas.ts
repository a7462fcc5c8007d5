import type { QuotaObservation } from '../../headers/rate-limit-headers.js';
import type { Taken } from './taken.js';
import { ObservedQuota } from './observed-quota.js';

/** A provider has a handful of quotas; more names than this are noise. */
const MOST_QUOTAS = 16;

/**
 * What the provider said remains of its quotas. Calls that are under way when a response arrives count against it: the provider may
 * not have counted them yet. What was held back for them in vain is given back by their own responses.
 */
export class ObservedQuotas {
  /** How many calls are under way. */
  calls = 0;
  /** What they cost together. */
  private cost = 0;
  private readonly quotas = new Map<string, ObservedQuota>();

  get knowsNothing(): boolean {
    return this.quotas.size === 0;
  }

  observe(said: QuotaObservation, now: number): void {
    if (said.resetMs === undefined || said.resetMs <= 0) return;
    // Less than nothing when more is under way than remains: as much must be given back before there is any.
    const left = said.remaining - this.takenByOthers(said.unit === 'requests');
    const known = this.quotas.get(said.name);
    if (known !== undefined && known.hears(said, left, now)) return;
    if (known !== undefined || this.quotas.size < MOST_QUOTAS) {
      this.quotas.set(said.name, new ObservedQuota(said, left, now));
    }
  }

  /** Milliseconds until every quota has enough left for so many calls that cost so much together; 0 when it has now or nothing is known. */
  waitMs(now: number, cost: number, calls: number): number {
    if (this.quotas.size === 0) return 0;
    let wait = 0;
    for (const quota of this.quotas.values()) wait = Math.max(wait, quota.waitMs(now, quota.perCall ? calls : cost));
    return wait;
  }

  /** A call takes what it costs, until it leaves; one that costs nothing takes nothing. */
  take(now: number, cost: number): void {
    this.calls++;
    this.cost += cost;
    if (this.quotas.size === 0) return;
    for (const [name, quota] of this.quotas) {
      if (quota.isOver(now)) this.quotas.delete(name);
      else quota.take(quota.perCall ? Math.min(1, cost) : cost, now);
    }
  }

  /** A call under way turned out to cost something else. What remains is for its response to say. */
  settle(from: number, to: number): void {
    this.cost += to - from;
  }

  /** A call is under way no longer. */
  leave({ cost }: Pick<Taken, 'cost'>): void {
    this.calls--;
    this.cost -= cost;
  }

  /** What was taken was not used. Responses that came meanwhile have counted it, because it was under way. */
  giveBack({ cost }: Pick<Taken, 'cost'>, now: number): void {
    for (const quota of this.quotas.values()) quota.giveBack(quota.perCall ? Math.min(1, cost) : cost, now);
  }

  /** Whether all of them are whole again. */
  isOver(now: number): boolean {
    for (const quota of this.quotas.values()) if (!quota.isOver(now)) return false;
    return true;
  }

  forget(): void {
    this.quotas.clear();
  }

  /** By the calls under way beside the one whose response has come, which has not left yet; they are taken to cost the same. */
  private takenByOthers(perCall: boolean): number {
    const { calls, cost } = this;
    if (calls === 0) return 0;
    return perCall ? calls - 1 : cost - cost / calls;
  }
}
