import { messageOf } from '../../../errors/message-of.js';
import type { EnvironmentOf } from '../../../engine/policy.js';
import type { Allowance, LineWants } from '../allowance.js';
import { LocalAllowance } from '../local-allowance.js';
import type { PackedAllowance } from '../packed-allowance.js';
import type { Quota } from '../quota.js';
import type { QuotaSnapshot, RateLimitEvents, SharedSnapshot } from '../rate-limit.telemetry.js';
import type { Taken } from '../taken.js';
import { KNOWN_HOSTS, type KnownHosts } from './known-hosts.js';
import { leaseRulesOf, type LeaseAnswer, type LeaseRule } from './lease-rule.js';
import { LeasedCount } from './leased-count.js';
import { seekLeases, type Leased } from './seek-leases.js';
import { shareOfQuota } from './share-of-quota.js';
import { GRACE_MS, StoreContact } from './store-contact.js';

export interface SharedParts {
  readonly environment: EnvironmentOf<RateLimitEvents>;
  /** Where the counts stand in the store. */
  readonly key: string;
  /** Resolves when this host knows what others know of the limit; tokens are asked for after that. */
  readonly ready: Promise<unknown>;
  /** The store is being asked, as it is from time to time while calls are made. */
  asking(now: number): void;
  /** There may be tokens now, or it is known that there are none. */
  changed(): void;
}

/** A count in the store, and this host's part of it. */
interface Counted extends Leased {
  /** The place of its quota in the list. */
  readonly of: number;
  readonly key: string;
}

/**
 * Quotas that several hosts draw from: their counts stand in the store, and this host leases tokens of them. Calls that
 * this host lets through are counted here as well, so that it can keep to its share of the quotas while the store is
 * away.
 */
export class SharedAllowance implements Allowance {
  readonly heedsAnswers = false;
  readonly mostCost: number;
  readonly graceMs = GRACE_MS;
  /** Last the one of which a token is lost for longest. */
  private readonly counted: readonly Counted[];
  private readonly hosts: KnownHosts;
  private readonly contact: StoreContact;
  /** By how many hosts it takes the quotas to be shared while the store is away. */
  private sharedBy = 1;
  /** Tokens and calls that went out while the store was away. */
  private readonly unreported = { cost: 0, calls: 0 };

  constructor(
    private readonly quotas: readonly Quota[],
    private readonly parts: SharedParts,
    /** Counts what this host has let through. */
    private own: LocalAllowance = new LocalAllowance(quotas),
  ) {
    const { environment } = parts;
    this.hosts = environment.shared(KNOWN_HOSTS);
    this.contact = new StoreContact({
      clock: environment.clock,
      ready: parts.ready,
      report: () => this.report(),
      onAway: (error) => this.goOnAlone(error),
      onBack: () => this.rejoin(),
    });
    this.mostCost = own.mostCost;
    const counted = quotas.flatMap((quota, i) =>
      leaseRulesOf(quota).map((rule) => {
        const key = `${parts.key}:${i}:${rule.name}`;
        const count: LeasedCount = new LeasedCount({
          rule,
          giveBack: (tokens) => this.correctLater({ of: i, rule, key, count }, -tokens),
          ask: (tokens) => this.ask(rule, key, tokens),
          hosts: () => this.hosts.count,
          now: () => environment.clock.now(),
          random: () => environment.random(),
          changed: parts.changed,
        });
        return { of: i, rule, key, count };
      }),
    );
    this.counted = counted.toSorted((a, b) => a.rule.backAfterMs - b.rule.backAfterMs);
  }

  isFree(now: number): boolean {
    if (this.isApart) return this.own.isFree(now);
    for (const { count } of this.counted) if (count.at(now) < 1) return false;
    return true;
  }

  waitMs(now: number, cost: number, calls: number): number {
    if (this.isApart) return this.own.waitMs(now, cost, calls);
    let waitMs = 0;
    for (const { rule, count } of this.counted)
      waitMs = Math.max(waitMs, count.waitMs(now, rule.perCall ? calls : cost));
    return waitMs;
  }

  /** Whether it is known only once the store has answered how long a call would wait. */
  isAsking(now: number): boolean {
    if (this.isApart) return false;
    return this.counted.some(({ count }) => count.asking) || !this.counted.some(({ count }) => count.isSpent(now));
  }

  /** Asks the store for what the calls in line want. */
  seek(now: number, line: LineWants): void {
    if (this.isApart) this.keepToShare(now);
    if (now >= (this.contact.awayUntil ?? -Infinity)) seekLeases(now, this.counted, line);
  }

  take(now: number, cost: number, waited: boolean): Taken {
    const taken = this.own.take(now, cost, waited);
    if (!this.isApart) this.takeLeased(taken, now);
    else this.takeUnreported(taken, now);
    return taken;
  }

  hold(taken: Taken, now: number): void {
    this.giveBackLeased(taken, taken.cost, taken.calls, now);
    this.own.hold(taken, now);
  }

  sent(taken: Taken, now: number): boolean {
    if (!taken.held) return true;
    const isThere = this.isApart || this.waitMs(now, taken.cost, taken.calls) === 0;
    if (!isThere) return false;
    this.own.sent(taken, now);
    if (!this.isApart) this.takeLeased(taken, now);
    else this.takeUnreported(taken, now);
    return true;
  }

  answered(): void {}

  settle(taken: Taken, cost: number, now: number): void {
    const more = cost - taken.cost;
    if (!taken.held && more > 0) this.takeMore(taken, more, now);
    else if (!taken.held) this.giveBackLeased(taken, -more, 0, now);
    this.own.settle(taken, cost, now);
  }

  giveBack(taken: Taken, now: number): boolean {
    if (!taken.held) this.giveBackLeased(taken, taken.cost, taken.calls, now);
    return this.own.giveBack(taken, now);
  }

  done(taken: Taken): void {
    this.own.done(taken);
  }

  isFresh(now: number): boolean {
    return this.own.isFresh(now);
  }

  withQuotas(quotas: readonly Quota[], now: number): SharedAllowance {
    if (JSON.stringify(quotas) === JSON.stringify(this.quotas)) return this;
    return new SharedAllowance(quotas, this.parts, this.own.withQuotas(quotas, now));
  }

  /** Counts what this host has let through, for a limit that is its own from now on. */
  alone(quotas: readonly Quota[], now: number): LocalAllowance {
    return this.own.withQuotas(quotas, now);
  }

  isHalfSpent(now: number): boolean {
    return this.own.isHalfSpent(now);
  }

  pack(now: number): PackedAllowance | undefined {
    return this.own.pack(now);
  }

  unpack(packed: PackedAllowance, now: number): void {
    this.own.unpack(packed, now);
  }

  isOver(packed: PackedAllowance, now: number): boolean {
    return this.own.isOver(packed, now);
  }

  snapshot(now: number): readonly QuotaSnapshot[] {
    return this.own.withQuotas(this.quotas, now).snapshot(now);
  }

  shown(now: number): SharedSnapshot {
    const leased = this.counted.map(({ count }) => count.at(now));
    return { hosts: this.hosts.count, leased: Math.min(...leased), apart: this.isApart };
  }

  private get isApart(): boolean {
    return this.contact.awayUntil !== undefined;
  }

  private ask(rule: LeaseRule, key: string, tokens: number): Promise<LeaseAnswer | undefined> {
    const { clock, store, provider } = this.parts.environment;
    this.hosts.beat(clock.now(), store, provider);
    this.parts.asking(clock.now());
    return this.contact.ask(rule, () => rule.ask(store, key, tokens));
  }

  /** Tells the store what went out while it was away, so that the other hosts count it. */
  private async report(): Promise<void> {
    const { unreported, counted } = this;
    const { cost, calls } = unreported;
    // Calls that went out before the last window count no more.
    const used = this.own.snapshot(this.parts.environment.clock.now()).map((quota) => quota.used);
    const reports = counted.map((each) => {
      const tokens = Math.min(used[each.of]!, each.rule.perCall ? calls : cost);
      return this.correct(each, Math.min(each.rule.most, tokens));
    });
    await this.contact.inTime(Promise.all(reports));
    unreported.cost -= cost;
    unreported.calls -= calls;
  }

  /** The store is away: this host keeps to its share of the quotas. */
  private goOnAlone(error: unknown): void {
    const { environment } = this.parts;
    this.sharedBy = 1;
    this.keepToShare(environment.clock.now());
    environment.emit('rateLimit.apart', { hosts: this.hosts.count, reason: messageOf(error) });
  }

  /** A store that is slow may tell only now how many hosts there are. */
  private keepToShare(now: number): void {
    const { count } = this.hosts;
    if (count === this.sharedBy) return;
    this.sharedBy = count;
    this.own = this.own.withQuotas(
      this.quotas.map((quota) => shareOfQuota(quota, count)),
      now,
    );
  }

  private rejoin(): void {
    const { environment } = this.parts;
    this.own = this.own.withQuotas(this.quotas, environment.clock.now());
    environment.emit('rateLimit.rejoined', {});
  }

  private takeLeased(taken: Taken, now: number): void {
    taken.leasedUntil = Infinity;
    for (const { rule, count } of this.counted) {
      const tokens = rule.perCall ? taken.calls : taken.cost;
      if (tokens > 0) taken.leasedUntil = Math.min(taken.leasedUntil, count.take(now, tokens));
    }
  }

  private takeUnreported(taken: Taken, now: number): void {
    taken.leasedUntil = -Infinity;
    this.unreported.cost += taken.cost;
    this.unreported.calls += taken.calls;
    this.seek(now, { cost: 1, calls: 1, nextCost: 1 });
  }

  /** Tokens whose lease goes on are there for others; the store gets back what it has counted of the rest. */
  private giveBackLeased(taken: Taken, cost: number, calls: number, now: number): void {
    for (const each of this.counted) {
      const tokens = each.rule.perCall ? calls : cost;
      if (tokens === 0) continue;
      if (now < taken.leasedUntil) each.count.giveBack(tokens, taken.leasedUntil);
      else if (now - taken.leasedUntil < each.rule.returnsForMs) this.correctLater(each, -tokens);
    }
  }

  /**
   * A call under way turned out to cost more than it took: the store counts it, whether there is room or not. No other
   * call may have these tokens.
   */
  private takeMore(taken: Taken, more: number, now: number): void {
    taken.leasedUntil = Math.min(taken.leasedUntil, now);
    for (const each of this.counted) {
      if (each.rule.perCall) continue;
      const held = Math.min(more, each.count.at(now));
      if (held > 0) each.count.take(now, held);
      this.correctLater(each, more - held);
    }
  }

  private correctLater(each: Counted, tokens: number): void {
    if (this.isApart) {
      if (each === this.counted.find(({ rule }) => !rule.perCall)) this.unreported.cost += Math.max(0, tokens);
      return;
    }
    this.correct(each, tokens).catch((error: unknown) => this.contact.lost(error));
  }

  private async correct({ rule, key }: Counted, tokens: number): Promise<void> {
    if (tokens !== 0) await rule.correct(this.parts.environment.store, key, tokens);
  }
}
