import { messageOf } from '../../../errors/message-of.js';
import { withTimeLimit } from '../../../store/with-time-limit.js';
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

/** How long the store may take to answer: longer than any lease. */
const STORE_PATIENCE_MS = 100;
/** So many answers in a row that do not come make a store one that is away: one may be lost. */
const MOST_MISSED = 2;
/** How long a call waits to learn how long it would have to, whatever its own `wait` is. */
const GRACE_MS = MOST_MISSED * STORE_PATIENCE_MS + 50;
/** How long a store that is away is left alone, and how long all hosts take to find that it is back. */
const AWAY_MS = 1000;
/** So many answers in a row that come after their lease has ended make a store one that is away. */
const MOST_LATE = 3;

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
  /** Until when the store is left alone; `undefined` while it answers. */
  private awayUntil: number | undefined;
  /** How many answers in a row have come too late. */
  private late = 0;
  /** How many in a row have not come. */
  private missed = 0;
  private readonly ready: Promise<unknown>;
  /** Whether the store has answered since it was away. */
  private hasReported = false;
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
    this.ready = this.inTime(parts.ready).catch(() => void this.missed++);
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
    if (this.awayUntil !== undefined) return this.own.isFree(now);
    for (const { count } of this.counted) if (count.at(now) < 1) return false;
    return true;
  }

  waitMs(now: number, cost: number, calls: number): number {
    if (this.awayUntil !== undefined) return this.own.waitMs(now, cost, calls);
    let waitMs = 0;
    for (const { rule, count } of this.counted)
      waitMs = Math.max(waitMs, count.waitMs(now, rule.perCall ? calls : cost));
    return waitMs;
  }

  /** Whether it is known only once the store has answered how long a call would wait. */
  isAsking(now: number): boolean {
    if (this.awayUntil !== undefined) return false;
    return this.counted.some(({ count }) => count.asking) || !this.counted.some(({ count }) => count.isSpent(now));
  }

  /** Asks the store for what the calls in line want. */
  seek(now: number, line: LineWants): void {
    if (this.awayUntil === undefined || now >= this.awayUntil) seekLeases(now, this.counted, line);
  }

  take(now: number, cost: number, waited: boolean): Taken {
    const taken = this.own.take(now, cost, waited);
    if (this.awayUntil === undefined) this.takeLeased(taken, now);
    else this.takeUnreported(taken, now);
    return taken;
  }

  hold(taken: Taken, now: number): void {
    this.giveBackLeased(taken, taken.cost, taken.calls, now);
    this.own.hold(taken, now);
  }

  sent(taken: Taken, now: number): boolean {
    if (!taken.held) return true;
    const isThere = this.awayUntil !== undefined || this.waitMs(now, taken.cost, taken.calls) === 0;
    if (!isThere) return false;
    this.own.sent(taken, now);
    if (this.awayUntil === undefined) this.takeLeased(taken, now);
    else this.takeUnreported(taken, now);
    return true;
  }

  answered(): void {}

  settle(taken: Taken, cost: number, now: number): void {
    const more = cost - taken.cost;
    if (!taken.held && more < 0) this.giveBackLeased(taken, -more, 0, now);
    else if (!taken.held && more > 0) this.takeMore(more, now);
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
    return { hosts: this.hosts.count, leased: Math.min(...leased), apart: this.awayUntil !== undefined };
  }

  private async ask(rule: LeaseRule, key: string, tokens: number): Promise<LeaseAnswer | undefined> {
    const { clock, store } = this.parts.environment;
    this.beat(clock.now());
    this.parts.asking(clock.now());
    try {
      await this.ready;
      if (this.awayUntil !== undefined && !(await this.rejoins())) return undefined;
      const askedAt = clock.now();
      const answer = await this.inTime(rule.ask(store, key, tokens));
      this.noteTime(clock.now() - askedAt, rule);
      this.missed = 0;
      this.back();
      return answer;
    } catch (error) {
      this.missed++;
      if (!(error instanceof NotAnswered) || this.missed >= MOST_MISSED) this.away(error);
      return undefined;
    }
  }

  /**
   * Whether this host goes by the store again: once it has told what went out meanwhile, and all others have had the
   * time to do the same.
   */
  private async rejoins(): Promise<boolean> {
    await this.report();
    if (this.hasReported) return true;
    this.hasReported = true;
    this.awayUntil = this.parts.environment.clock.now() + AWAY_MS;
    return false;
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
    await this.inTime(Promise.all(reports));
    unreported.cost -= cost;
    unreported.calls -= calls;
  }

  private inTime<T>(asked: Promise<T>): Promise<T> {
    const { clock } = this.parts.environment;
    const onTimeout = () => new NotAnswered(`the store has not answered within ${STORE_PATIENCE_MS} ms`);
    return withTimeLimit(asked, { clock, timeoutMs: STORE_PATIENCE_MS, onTimeout });
  }

  private noteTime(ms: number, { leaseMs }: LeaseRule): void {
    this.late = ms < leaseMs ? 0 : this.late + 1;
    if (this.late >= MOST_LATE) throw new Error(`the store takes ${Math.ceil(ms)} ms, and a lease lasts ${leaseMs} ms`);
  }

  private away(error: unknown): void {
    const { environment } = this.parts;
    const now = environment.clock.now();
    const isNew = this.awayUntil === undefined;
    this.hasReported = false;
    this.awayUntil = now + AWAY_MS;
    if (!isNew) return;
    const { count } = this.hosts;
    this.own = this.own.withQuotas(
      this.quotas.map((quota) => shareOfQuota(quota, count)),
      now,
    );
    environment.emit('rateLimit.apart', { hosts: count, reason: messageOf(error) });
  }

  private back(): void {
    if (this.awayUntil === undefined) return;
    const { environment } = this.parts;
    this.awayUntil = undefined;
    this.own = this.own.withQuotas(this.quotas, environment.clock.now());
    environment.emit('rateLimit.rejoined', {});
  }

  private beat(now: number): void {
    const { store, provider } = this.parts.environment;
    this.hosts.beat(now, store, provider);
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
    if (now >= this.awayUntil!) this.seek(now, { cost: 1, calls: 1, nextCost: 1 });
  }

  /** Tokens whose lease goes on are there for others; the store gets back what it has counted of the rest. */
  private giveBackLeased(taken: Taken, cost: number, calls: number, now: number): void {
    for (const each of this.counted) {
      const tokens = each.rule.perCall ? calls : cost;
      if (tokens === 0 || taken.leasedUntil === -Infinity) continue;
      if (now < taken.leasedUntil) each.count.giveBack(tokens, taken.leasedUntil);
      else if (now - taken.leasedUntil < each.rule.returnsForMs) this.correctLater(each, -tokens);
    }
  }

  /** A call under way turned out to cost more than it took: the store counts it, whether there is room or not. */
  private takeMore(more: number, now: number): void {
    for (const each of this.counted) {
      if (each.rule.perCall) continue;
      const held = Math.min(more, each.count.at(now));
      if (held > 0) each.count.take(now, held);
      if (more > held) this.correctLater(each, more - held);
    }
  }

  private correctLater(each: Counted, tokens: number): void {
    if (this.awayUntil !== undefined) {
      if (each === this.counted.find(({ rule }) => !rule.perCall)) this.unreported.cost += Math.max(0, tokens);
      return;
    }
    this.correct(each, tokens).catch((error: unknown) => this.away(error));
  }

  private async correct({ rule, key }: Counted, tokens: number): Promise<void> {
    if (tokens !== 0) await rule.correct(this.parts.environment.store, key, tokens);
  }
}

class NotAnswered extends Error {}
