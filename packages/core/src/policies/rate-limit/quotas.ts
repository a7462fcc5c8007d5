import { Gcra, type Quota } from './gcra.js';

/** What one call took of every quota, so that it can be given back. Used again for another call once this one has left. */
export class Taken {
  from: Quotas | undefined = undefined;
  tokens = 0;
  at = Number.NaN;
  /** The receipt of the first quota. */
  receipt = Number.NaN;
  /** Those of the others. */
  more: readonly number[] | undefined = undefined;
}

/** Several quotas that must all admit a call: it takes of each, or waits and takes of none. */
export class Quotas {
  /** The most that one call can take at once. */
  readonly most: number;
  private readonly first: Gcra;
  private readonly others: readonly Gcra[];
  /** As many as calls were once under way, so that a call need not make its own. */
  private readonly spare: Taken[] = [];

  constructor(private readonly quotas: readonly Quota[]) {
    const [first, ...others] = quotas.map((quota) => new Gcra(quota));
    this.first = first!;
    this.others = others;
    this.most = Math.min(...quotas.map(({ burst }) => burst));
  }

  /** Whether one token is to be had. */
  isFree(now: number): boolean {
    return this.others.length === 0 ? this.first.isFree(now) : this.waitMs(now, 1) === 0;
  }

  waitMs(now: number, tokens: number): number {
    let waitMs = this.first.waitMs(now, tokens);
    for (const pace of this.others) waitMs = Math.max(waitMs, pace.waitMs(now, tokens));
    return waitMs;
  }

  /** Only to be called when `waitMs` is 0. */
  take(now: number, tokens: number): Taken {
    const taken = this.spare.pop() ?? new Taken();
    taken.from = this;
    taken.tokens = tokens;
    taken.at = now;
    taken.receipt = this.first.take(now, tokens);
    taken.more = this.others.length === 0 ? undefined : this.others.map((pace) => pace.take(now, tokens));
    return taken;
  }

  /** The call that took it has left. */
  done(taken: Taken): void {
    this.spare.push(taken);
  }

  /** Takes nothing back, and says so with `false`, that was taken of other quotas, before the settings changed. */
  giveBack({ from, tokens, at, receipt, more }: Taken, now: number): boolean {
    if (from !== this) return false;
    this.first.giveBack(tokens, at, receipt, now);
    this.others.forEach((pace, i) => pace.giveBack(tokens, at, more![i]!, now));
    return true;
  }

  /** Whether they are quotas such as these. */
  allow(quotas: readonly Quota[]): boolean {
    return JSON.stringify(quotas) === JSON.stringify(this.quotas);
  }

  isFresh(now: number): boolean {
    return this.first.isFresh(now) && this.others.every((pace) => pace.isFresh(now));
  }

  /**
   * Goes on where others stand: what they let through still counts, in the quota of the same period or else in all. What is not paid off in
   * another period is not to be waited for at the new pace: it takes a burst, and no more.
   */
  goOnFrom(standing: Quotas, now: number): void {
    const before = [standing.first, ...standing.others];
    for (const pace of [this.first, ...this.others]) {
      const same = before.filter(({ quota }) => quota.per === pace.quota.per);
      const unpaid = Math.max(...(same.length > 0 ? same : before).map((other) => other.unpaid(now)));
      pace.owe(same.length > 0 ? unpaid : Math.min(unpaid, pace.quota.burst), now);
    }
  }
}
