interface Lease {
  tokens: number;
  readonly endsAt: number;
}

/** Tokens that a host holds, each until its lease ends. The oldest are used first. */
export class LeasedTokens {
  /** In the order in which they end. */
  private readonly leases: Lease[] = [];
  private held = 0;
  private unused = 0;
  private unusedSince = 0;

  /** How many can be used at a time. Changes nothing: it may be a moment to come. */
  at(now: number): number {
    let { held } = this;
    for (const { tokens, endsAt } of this.leases) {
      if (endsAt > now) break;
      held -= tokens;
    }
    return held;
  }

  add(tokens: number, endsAt: number): void {
    const before = this.leases.findLastIndex((lease) => lease.endsAt <= endsAt);
    this.leases.splice(before + 1, 0, { tokens, endsAt });
    this.held += tokens;
  }

  /** Uses as many, which there must be, and returns when the first of their leases ends. */
  take(tokens: number, now: number): number {
    this.drop(now);
    this.held -= tokens;
    const { endsAt } = this.leases[0]!;
    for (let left = tokens; left > 0;) {
      const lease = this.leases[0]!;
      const taken = Math.min(left, lease.tokens);
      lease.tokens -= taken;
      left -= taken;
      if (lease.tokens === 0) this.leases.shift();
    }
    return endsAt;
  }

  /** Takes away those whose lease ends until then, and returns how many they are. */
  removeUntil(at: number, now: number): number {
    this.drop(now);
    let removed = 0;
    for (let first = this.leases[0]; first !== undefined && first.endsAt <= at; first = this.leases[0]) {
      removed += first.tokens;
      this.leases.shift();
    }
    this.held -= removed;
    return removed;
  }

  /** How many were not used until their lease ended, since this was asked last, if that is no longer ago. */
  expired(now: number, withinMs: number): number {
    this.drop(now);
    const { unused, unusedSince } = this;
    this.unused = 0;
    return now - unusedSince < withinMs ? unused : 0;
  }

  private drop(now: number): void {
    for (let first = this.leases[0]; first !== undefined && first.endsAt <= now; first = this.leases[0]) {
      this.held -= first.tokens;
      if (this.unused === 0) this.unusedSince = first.endsAt;
      this.unused += first.tokens;
      this.leases.shift();
    }
  }
}
