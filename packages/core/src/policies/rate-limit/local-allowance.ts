import type { Allowance } from './allowance.js';
import { packedAllowance, unpackedAllowance, type PackedAllowance } from './packed-allowance.js';
import { countsOf, isBucket, type Quota } from './quota.js';
import type { QuotaSnapshot } from './rate-limit.telemetry.js';
import { Taken } from './taken.js';
import type { TokenCount } from './token-count.js';

/** One count of a quota, and whether it counts calls rather than what they cost. */
interface Counted {
  readonly quota: Quota;
  readonly count: TokenCount;
  readonly perCall: boolean;
}

/**
 * Tokens of calls that wait between the gate and the provider. They are in no count, as they may arrive at any time to
 * come, and no other call may have them meanwhile.
 */
interface Held {
  cost: number;
  calls: number;
}

/** The quotas of one process: all of them must admit a call, which takes of each, or waits and takes of none. */
export class LocalAllowance implements Allowance {
  readonly mostCost: number;
  private readonly first: Counted;
  private readonly others: readonly Counted[];
  /** As many as calls were once under way, so that a call need not make its own. */
  private readonly spare: Taken[] = [];

  /** How long what was taken counts at the most. */
  private readonly longestPerMs: number;

  constructor(
    private readonly quotas: readonly Quota[],
    private readonly held: Held = { cost: 0, calls: 0 },
  ) {
    const [first, ...others] = quotas.flatMap((quota) =>
      countsOf(quota).map((count) => ({ quota, count, perCall: quota.countsRequests })),
    );
    this.first = first!;
    this.others = others;
    this.longestPerMs = Math.max(...quotas.map(fullAfterMs));
    this.mostCost = Math.min(...this.all.filter(({ perCall }) => !perCall).map(({ count }) => count.most));
  }

  isFree(now: number): boolean {
    if (this.held.calls > 0) return this.waitMs(now, 1, 1) === 0;
    return this.first.count.waitMs(now, 1) === 0 && (this.others.length === 0 || this.othersAreFree(now));
  }

  waitMs(now: number, cost: number, calls: number): number {
    const { first, held } = this;
    // Calls that are held stand before all others.
    const allCost = cost + held.cost;
    const allCalls = calls + held.calls;
    let waitMs = first.count.waitMs(now, tokensOf(first, allCost, allCalls));
    for (const other of this.others)
      waitMs = Math.max(waitMs, other.count.waitMs(now, tokensOf(other, allCost, allCalls)));
    return waitMs;
  }

  take(now: number, cost: number, waited: boolean): Taken {
    const taken = this.spare.pop() ?? new Taken();
    taken.cost = cost;
    taken.calls = Math.min(1, cost);
    this.takeOfAll(taken, now, waited);
    return taken;
  }

  hold(taken: Taken, now: number): void {
    const { held } = this;
    if (taken.from === this) this.change(taken, { cost: 0, calls: 0 }, now);
    held.cost += taken.cost;
    held.calls += taken.calls;
    taken.held = true;
  }

  sent(taken: Taken, now: number): boolean {
    this.release(taken);
    this.takeOfAll(taken, now, false);
    return true;
  }

  get heedsAnswers(): boolean {
    return this.first.count.heedsAnswers() || this.others.some(heedsAnswers);
  }

  answered({ from, receipt, more }: Taken, now: number): void {
    if (from !== this) return;
    this.first.count.answered(receipt, now);
    this.others.forEach(({ count }, i) => count.answered(more![i]!, now));
  }

  settle(taken: Taken, cost: number, now: number): void {
    if (taken.held) this.held.cost += cost - taken.cost;
    else if (taken.from === this) this.change(taken, { cost, calls: taken.calls }, now);
    taken.cost = cost;
  }

  giveBack(taken: Taken, now: number): boolean {
    if (taken.held) this.release(taken);
    else if (taken.from === this) this.change(taken, { cost: 0, calls: 0 }, now);
    else return false;
    taken.cost = taken.calls = 0;
    return true;
  }

  done(taken: Taken): void {
    taken.held = taken.lent = false;
    this.spare.push(taken);
  }

  withQuotas(quotas: readonly Quota[], now: number): LocalAllowance {
    if (JSON.stringify(quotas) === JSON.stringify(this.quotas)) return this;
    const next = new LocalAllowance(quotas, this.held);
    for (const counted of next.all) counted.count.adopt(this.memoryFor(counted).departures(now), now);
    return next;
  }

  isFresh(now: number): boolean {
    return this.held.calls === 0 && this.all.every(({ count }) => count.isFresh(now));
  }

  isHalfSpent(now: number): boolean {
    return this.all.some(({ count }) => count.used(now) * 2 >= count.most);
  }

  pack(now: number): PackedAllowance | undefined {
    const calls = this.longestMemory(true)?.departures(now) ?? [];
    const cost = this.longestMemory(false)?.departures(now) ?? [];
    return packedAllowance(calls, cost);
  }

  unpack(packed: PackedAllowance, now: number): void {
    const [calls, cost] = unpackedAllowance(packed);
    for (const { count, perCall } of this.all) count.adopt(perCall ? calls : cost, now);
  }

  isOver(packed: PackedAllowance, now: number): boolean {
    return unpackedAllowance(packed).every(
      (departures) => (departures.at(-1)?.at ?? -Infinity) + this.longestPerMs <= now,
    );
  }

  snapshot(now: number): readonly QuotaSnapshot[] {
    return this.quotas.map((quota) => {
      const counted = this.all.find((each) => each.quota === quota)!;
      const used = counted.count.used(now) + tokensOf(counted, this.held.cost, this.held.calls);
      const shape = isBucket(quota)
        ? { bucket: quota.bucket, refill: quota.refill, perMs: quota.per }
        : { limit: quota.limit, perMs: quota.per, ...(quota.burst !== undefined && { burst: quota.burst }) };
      return { ...shape, ...(quota.unit !== undefined && { unit: quota.unit }), used };
    });
  }

  private longestMemory(perCall: boolean): TokenCount | undefined {
    const alike = this.all.filter((counted) => counted.perCall === perCall);
    return alike.toSorted((a, b) => b.quota.per - a.quota.per)[0]?.count;
  }

  /** The count whose word is the best for another: of the same period, otherwise the one that remembers longest. */
  private memoryFor({ quota, perCall }: Counted): TokenCount {
    const alike = this.all.filter((other) => other.perCall === perCall);
    const candidates = alike.length > 0 ? alike : this.all;
    const same = candidates.filter((other) => other.quota.per === quota.per);
    return (same.length > 0 ? same : candidates.toSorted((a, b) => b.quota.per - a.quota.per))[0]!.count;
  }

  private release(taken: Taken): void {
    const { held } = this;
    held.cost -= taken.cost;
    held.calls -= taken.calls;
    taken.held = false;
  }

  private takeOfAll(taken: Taken, now: number, waited: boolean): void {
    const { first } = this;
    taken.from = this;
    taken.at = now;
    taken.receipt = first.count.take(now, tokensOf(first, taken.cost, taken.calls), waited);
    if (this.others.length > 0) this.takeOfOthers(taken, now, waited);
  }

  private othersAreFree(now: number): boolean {
    return this.others.every(({ count }) => count.waitMs(now, 1) === 0);
  }

  /** Fills the list that the last call has left, rather than make another. */
  private takeOfOthers(taken: Taken, now: number, waited: boolean): void {
    const receipts = (taken.more ??= []);
    const { cost, calls } = taken;
    for (let i = 0; i < this.others.length; i++) {
      const other = this.others[i]!;
      receipts[i] = other.count.take(now, tokensOf(other, cost, calls), waited);
    }
  }

  private get all(): readonly Counted[] {
    return [this.first, ...this.others];
  }

  private change(taken: Taken, to: Pick<Taken, 'cost' | 'calls'>, now: number): void {
    const settle = (counted: Counted, receipt: number) => {
      const change = {
        receipt,
        takenAt: taken.at,
        from: tokensOf(counted, taken.cost, taken.calls),
        to: tokensOf(counted, to.cost, to.calls),
      };
      return counted.count.settle(change, now);
    };
    taken.receipt = settle(this.first, taken.receipt);
    this.others.forEach((other, i) => (taken.more![i] = settle(other, taken.more![i]!)));
  }
}

function heedsAnswers({ count }: Counted): boolean {
  return count.heedsAnswers();
}

function tokensOf({ perCall }: Counted, cost: number, calls: number): number {
  return perCall ? calls : cost;
}

/** How long it takes until all of a quota is there again. */
function fullAfterMs(quota: Quota): number {
  return isBucket(quota) ? (quota.bucket / quota.refill) * quota.per : quota.per;
}
