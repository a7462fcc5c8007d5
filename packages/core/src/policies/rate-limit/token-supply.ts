import type { EnvironmentOf } from '../../engine/policy.js';
import type { Allowance, LineWants } from './allowance.js';
import { firstAllowance, nextAllowance } from './choose-allowance.js';
import { LimitWithWord, takenOf, type PackedLimit } from './packed-limit.js';
import { ProviderHold } from './provider-hold.js';
import type { RateLimitSettings } from './rate-limit.options.js';
import type { RateLimitEvents, RateLimitSnapshot } from './rate-limit.telemetry.js';
import type { RateLimitedError } from './rate-limited.error.js';
import type { Taken } from './taken.js';
import type { LineService } from './waiting-line.js';

interface SupplyParts {
  readonly environment: EnvironmentOf<RateLimitEvents>;
  /** The key, where it is the limit of one. */
  readonly key: string | undefined;
  /** The limit that takes of it. */
  readonly limit: NonNullable<Taken['limit']>;
  /** There may be tokens now, or it is known that there are none. */
  readonly changed: () => void;
}

/** The tokens that a limit has for its calls: by its own count, and as far as the provider's word lets them go. */
export class TokenSupply implements LineService<Taken> {
  /** The provider's own word. */
  readonly hold: ProviderHold;
  private readonly limit: SupplyParts['limit'];
  private allowance: Allowance;
  private admitted = 0;
  private givenBack = 0;

  constructor(
    settings: RateLimitSettings,
    private readonly parts: SupplyParts,
  ) {
    this.limit = parts.limit;
    this.hold = new ProviderHold(settings, parts.environment);
    this.allowance = firstAllowance(settings, { ...parts, hold: this.hold });
  }

  /** Whether `waitMs` of one token is 0, found out with as little as possible: it is so for nearly every call. */
  isFree(now: number): boolean {
    return this.hold.isQuiet(now) && this.allowance.isFree(now);
  }

  /**
   * Milliseconds until so many calls, which cost so much together, can be had; what costs nothing waits for nothing but
   * a pause.
   */
  waitMs(now: number, cost: number, calls: number, scope?: string): number {
    if (cost === 0) return this.hold.pausedMs(now);
    const heldMs = this.hold.waitMs(now, cost, calls, scope);
    return heldMs + this.allowance.waitMs(now + heldMs, cost, calls);
  }

  reason(now: number): RateLimitedError['why'] {
    return this.hold.pausedMs(now) > 0 ? 'paused-by-provider' : 'quota-spent';
  }

  get mostCost(): number {
    return this.allowance.mostCost;
  }

  get graceMs(): number {
    return this.allowance.graceMs ?? 0;
  }

  isAsking(now: number): boolean {
    return this.allowance.isAsking?.(now) ?? false;
  }

  seek(now: number, line: LineWants): void {
    // Leased tokens would run out while the provider wants no calls.
    if (this.hold.waitMs(now, line.nextCost, 1) > 0) return;
    this.allowance.seek?.(now, line);
  }

  take(now: number, cost: number, waited: boolean, scope?: string): Taken {
    this.hold.take(now, cost, scope);
    this.admitted++;
    const taken = this.allowance.take(now, cost, waited);
    taken.limit = this.limit;
    return taken;
  }

  admit(now: number, cost: number): Taken {
    return this.take(now, cost, true);
  }

  /** Something between the gate and the provider holds the call. */
  suspend(taken: Taken, now: number): void {
    this.allowance.hold(taken, now);
  }

  /** Whether the call goes out now; otherwise it has to wait for its turn once more. */
  sent(taken: Taken, now: number): boolean {
    return !taken.held || this.allowance.sent(taken, now);
  }

  /** A call that was let through before, and has waited for its turn once more, counts once. */
  replaced(taken: Taken): void {
    const now = this.parts.environment.clock.now();
    this.admitted--;
    this.putBack(taken, now);
    this.hold.leave(taken);
    this.allowance.done(taken);
  }

  /** Another call goes out in place of the one that took this. */
  putBack(taken: Taken, now: number): boolean {
    this.hold.giveBack(taken, now);
    return this.allowance.giveBack(taken, now);
  }

  /** A call did not go out after all. */
  giveBack(taken: Taken, now: number): void {
    if (this.putBack(taken, now)) this.givenBack++;
  }

  /** Whether it matters when answers come: most calls are spared the reading of a clock. */
  get heedsAnswers(): boolean {
    return this.allowance.heedsAnswers;
  }

  /** The provider has answered: the call has certainly arrived. */
  answered(taken: Taken, now: number): void {
    this.allowance.answered(taken, now);
  }

  /** The call has left for good, and its price is not told any more. */
  done(taken: Taken): void {
    this.allowance.done(taken);
  }

  /** Returns false where it is too late: nothing of it counts any more. */
  settle(taken: Taken, cost: number, now: number): boolean {
    if (!taken.left) this.hold.settle(taken.cost, cost);
    else if (this.allowance.isOver(taken.at, now)) return false;
    this.allowance.settle(taken, cost, now);
    return true;
  }

  /** Whether nothing is taken that still counts, and nothing holds calls back. */
  isFresh(now: number): boolean {
    return this.allowance.isFresh(now) && this.waitMs(now, 1, 1) === 0;
  }

  pack(now: number): { readonly state: PackedLimit; readonly isSpent: boolean } | undefined {
    const taken = this.allowance.pack(now);
    const state = this.hold.pack(taken, now);
    return state === undefined ? undefined : { state, isSpent: state !== taken || this.allowance.isHalfSpent(now) };
  }

  unpack(packed: PackedLimit | undefined): void {
    const taken = takenOf(packed);
    if (taken !== undefined) this.allowance.unpack(taken, this.parts.environment.clock.now());
    this.hold.unpack(packed);
  }

  isOver(packed: PackedLimit, now: number): boolean {
    const taken = takenOf(packed);
    if (taken !== undefined && !this.allowance.isOver(taken, now)) return false;
    return !(packed instanceof LimitWithWord) || packed.isOver(now);
  }

  reconfigure(settings: RateLimitSettings, now: number): void {
    this.allowance = nextAllowance(this.allowance, settings, { ...this.parts, hold: this.hold, now });
    this.hold.reconfigure(settings);
  }

  snapshot(
    now: number,
  ): Pick<RateLimitSnapshot, 'quotas' | 'waitMs' | 'admitted' | 'throttled' | 'givenBack' | 'shared'> {
    const { allowance, admitted, givenBack, hold } = this;
    return {
      quotas: allowance.snapshot(now),
      waitMs: Math.ceil(this.waitMs(now, 1, 1)),
      admitted,
      throttled: hold.throttled,
      givenBack,
      ...(allowance.shown && { shared: allowance.shown(now) }),
    };
  }
}
