import { askAgainInMs } from './ask-again-in-ms.js';
import type { LeaseAnswer, LeaseRule } from './lease-rule.js';
import { LeasedTokens } from './leased-tokens.js';

/** The share of what remains that a host may take for calls to come. */
const MOST_AHEAD = 0.05;
/** For how long a host's share of the limit may last that is taken at once for calls in line. */
const FAIR_MS = 50;
/** The time over which a host's rate is measured. */
const RATE_OVER_MS = 500;
/** Unused tokens are worth being given back where they are more than this share of the limit. */
const WORTHWHILE = 0.02;
/** So many trips, with some room, and tokens that were asked for before can still be used after the second. */
const TRIPS = 2.5;
/** The first estimate of how long the store takes. */
const FIRST_TRIP_MS = 1;

export interface LeasedCountParts {
  readonly rule: LeaseRule;
  /** Asks the store for tokens; returns nothing when it cannot be had. */
  ask(tokens: number): Promise<LeaseAnswer | undefined>;
  /** Has the store count fewer tokens. */
  giveBack(tokens: number): void;
  /** How many hosts draw from it, this one included. */
  hosts(): number;
  now(): number;
  random(): number;
  /** There are tokens, or it is known that there are none. */
  changed(): void;
}

/** Tokens for the calls in line: for `all` of them, and the `next` one. Those that end before `at` are of no use. */
export interface Wanted {
  readonly all: number;
  readonly next: number;
  readonly at: number;
}

/**
 * One host's part of a count that stands in a store. Tokens are leased as calls need them: for those that wait as many
 * as they want, up to the host's fair share of the next moments, and ahead of calls to come what the host has used
 * lately in the time of a lease, up to a twentieth of what remains.
 */
export class LeasedCount {
  /** Whether the store was asked and has not answered. */
  asking = false;
  private readonly tokens = new LeasedTokens();
  /** How many of them it was asked for. */
  private asked = 0;
  private sentAt = 0;
  /** How many remain for all hosts, as the store has said last, and when. */
  private remaining: number;
  private saidAt = 0;
  private retryAt = -Infinity;
  private tripMs = FIRST_TRIP_MS;
  private askedAt = -Infinity;
  private usedSince = 0;
  /** Tokens that were granted lately, the older the less. */
  private readonly granted = { tokens: 0, at: 0 };
  /** How many tokens this host uses in a millisecond. */
  private ratePerMs = 0;

  constructor(private readonly parts: LeasedCountParts) {
    this.remaining = parts.rule.most;
  }

  /** How many tokens can be used now. */
  at(now: number): number {
    return this.tokens.at(now);
  }

  /** Whether the store has said that there are none before a time that is still to come. */
  isSpent(now: number): boolean {
    return this.retryAt > now;
  }

  /** Until when there are none; not after now while there may be some. */
  get spentUntil(): number {
    return this.retryAt;
  }

  /** Whether the store may well have fewer now, as far as can be told. */
  isScarce(now: number, tokens: number): boolean {
    const { rule, hosts } = this.parts;
    const others = rule.refills ? hosts() - 1 : 0;
    return this.remainingAt(now) < tokens + others;
  }

  /** When the store will about have answered what it is asked now, or was asked before. */
  answersAt(now: number): number {
    return Math.max(now, (this.asking ? this.sentAt : now) + this.tripMs);
  }

  /** Whether another question after this one would still be answered before its tokens ran out. */
  get outlastsTrips(): boolean {
    return this.parts.rule.leaseMs > TRIPS * this.tripMs;
  }

  /** How many tokens this host holds or may get now. */
  reach(now: number): number {
    return this.tokens.at(now) + (this.asking ? this.asked : this.isSpent(now) ? 0 : this.remainingAt(now));
  }

  /** Returns tokens to the store whose lease ends before another count has any, which is `at`. */
  letGo(now: number, at: number): void {
    if (!this.parts.rule.refills) return;
    const tokens = this.tokens.removeUntil(at, now);
    if (tokens === 0) return;
    this.remaining = this.remainingAt(now) + tokens;
    this.saidAt = now;
    this.parts.giveBack(tokens);
  }

  /** Milliseconds until so many are there, as far as can be told; 0 when they are. */
  waitMs(now: number, tokens: number): number {
    const held = this.tokens.at(now);
    if (held >= tokens) return 0;
    const [firstMs, soon] = this.isSpent(now) ? [this.retryAt - now, 1] : [this.tripMs, Math.max(1, this.remaining)];
    return firstMs + Math.max(0, tokens - held - soon) / this.expectedPerMs(now);
  }

  /** Uses tokens that there are, and returns when their lease ends. */
  take(now: number, tokens: number): number {
    const endsAt = this.tokens.take(tokens, now);
    this.usedSince += tokens;
    const ahead = this.ratePerMs * this.parts.rule.leaseMs;
    if (ahead >= 2 && this.tokens.at(now) < ahead / 2) this.seek(now, { all: 0, next: 0, at: now });
    return endsAt;
  }

  /** Takes tokens back that were not used, as long as their lease lasts. */
  giveBack(tokens: number, endsAt: number): void {
    this.usedSince -= tokens;
    this.tokens.add(tokens, endsAt);
  }

  /** Asks for tokens, unless that is of no use. */
  seek(now: number, wanted: Wanted): void {
    this.returnUnused(now);
    if (this.asking || this.isSpent(now)) return;
    const tokens = this.amount(now, wanted);
    if (tokens <= 0) return;
    this.noteRate(now);
    this.asking = true;
    this.asked = tokens;
    this.sentAt = now;
    void this.ask(tokens, wanted.next);
  }

  /** How many tokens this host may expect in a millisecond: its fair share, or more where the others leave it more. */
  private expectedPerMs(now: number): number {
    const { rule, hosts } = this.parts;
    const { tokens, at } = this.granted;
    return Math.max(rule.ratePerMs / hosts(), (tokens * Math.exp((at - now) / rule.memoryMs)) / rule.memoryMs);
  }

  private noteGranted(tokens: number, now: number): void {
    const { granted } = this;
    granted.tokens = granted.tokens * Math.exp((granted.at - now) / this.parts.rule.memoryMs) + tokens;
    granted.at = now;
  }

  private returnUnused(now: number): void {
    const { rule, giveBack } = this.parts;
    const unused = this.tokens.expired(now, rule.returnsForMs);
    if (unused > rule.most * WORTHWHILE) giveBack(unused);
  }

  private async ask(tokens: number, next: number): Promise<void> {
    const { parts } = this;
    const askedAt = parts.now();
    const answer = await parts.ask(tokens);
    const now = parts.now();
    this.asking = false;
    if (answer !== undefined) {
      this.tripMs = Math.max(FIRST_TRIP_MS, (this.tripMs * 3 + now - askedAt) / 4);
      // About when the store has said it.
      this.saidAt = (askedAt + now) / 2;
      this.remaining = answer.remaining;
      if (answer.admitted) {
        this.tokens.add(tokens, askedAt + parts.rule.leaseMs);
        this.noteGranted(tokens, now);
      }
      if (this.remaining < Math.max(1, answer.admitted ? 1 : next)) {
        this.retryAt = this.saidAt + askAgainInMs(this.parts, this.untilNext(answer, tokens - Math.max(1, next)));
      }
    }
    parts.changed();
  }

  /** How long until there is what is needed, of which more was asked for. */
  private untilNext({ admitted, retryAfterMs }: LeaseAnswer, more: number): number {
    const { rule } = this.parts;
    return admitted || !rule.refills ? retryAfterMs : retryAfterMs - more / rule.ratePerMs;
  }

  /** Tokens that come back meanwhile may be had by another host. */
  private remainingAt(now: number): number {
    const { rule, hosts } = this.parts;
    if (!rule.refills || hosts() > 1) return this.remaining;
    return Math.min(rule.most, this.remaining + (now - this.saidAt) * rule.ratePerMs);
  }

  private amount(now: number, { all, next, at }: Wanted): number {
    const { rule, hosts } = this.parts;
    const held = this.tokens.at(at);
    const remaining = Math.floor(this.remainingAt(now));
    const cautious = Math.floor(remaining * MOST_AHEAD);
    const fair = Math.max(cautious, Math.ceil((rule.ratePerMs * FAIR_MS) / hosts()));
    const ahead = Math.min(cautious, Math.floor(this.ratePerMs * rule.leaseMs) - held);
    const inLine = Math.min(fair, all - held);
    const known = Math.max(1, remaining);
    return Math.max(next - held, Math.min(known, Math.max(ahead, inLine)));
  }

  private noteRate(now: number): void {
    const passedMs = now - this.askedAt;
    if (passedMs < 1) return;
    const rate = Math.max(0, this.usedSince) / passedMs;
    // A line that is served at once is no rate at which calls come.
    this.ratePerMs += (1 - Math.exp(-passedMs / RATE_OVER_MS)) * (rate - this.ratePerMs);
    this.askedAt = now;
    this.usedSince = 0;
  }
}
