import type { ObservedResponse } from '../../headers/rate-reading.js';
import type { LiveCall } from '../../engine/live-call.js';
import { DEFAULT_PRICE, isWithin, type PriceWithin } from '../../engine/price.js';
import type { PackedGate } from '../../engine/gates/packed-keys.js';
import type { EnvironmentOf, KeyableGate } from '../../engine/policy.js';
import { REFUSED, SUCCESS, type Outcome } from '../../outcome/outcome.js';
import type { Allowance, LineWants } from './allowance.js';
import { firstAllowance, nextAllowance } from './choose-allowance.js';
import { LimitWithWord, takenOf, type PackedLimit } from './packed-limit.js';
import { ProviderHold } from './provider-hold.js';
import type { RateLimitSettings } from './rate-limit.options.js';
import type { RateLimitEvents, RateLimitSnapshot } from './rate-limit.telemetry.js';
import type { RateLimitedError } from './rate-limited.error.js';
import { Refusals } from './refusals.js';
import type { Taken } from './taken.js';
import { answersTo, takenToLend } from './taken-of-call.js';
import { WaitingLine, type LineService } from './waiting-line.js';

const SUMMED = ['queued', 'queuedInBackground'] as const;

/**
 * Admits calls within the provider's limit: by its own count, corrected by the provider's response headers, and not at
 * all while a 429 asks to wait. Calls that may wait do so in line. Calls that did not reach the provider are not
 * counted.
 */
export class RateLimit implements KeyableGate<Taken>, LineService<Taken> {
  readonly kind = 'rateLimit';
  readonly summed = SUMMED;
  private allowance: Allowance;
  /** The provider's own word. */
  private readonly hold: ProviderHold;
  private readonly line: WaitingLine<Taken>;
  private readonly refusals: Refusals;
  private admitted = 0;
  private givenBack = 0;

  constructor(
    private settings: RateLimitSettings,
    private readonly environment: EnvironmentOf<RateLimitEvents>,
    private readonly key?: string,
  ) {
    this.hold = new ProviderHold(settings, environment);
    this.allowance = firstAllowance(settings, this.parts);
    this.refusals = new Refusals(environment);
    this.line = new WaitingLine(settings, environment.clock, this, this.refusals);
  }

  enter(call: LiveCall): Taken | Promise<Taken> | RateLimitedError {
    const { now, price } = call;
    const { cost } = price;
    if (cost === 1 && this.line.size === 0 && this.isFree(now)) return this.take(now, cost, false);
    return isWithin(price) ? this.enterWithin(call, price) : this.enterByPrice(call);
  }

  private enterByPrice(call: LiveCall): Taken | Promise<Taken> | RateLimitedError {
    const { now, price } = call;
    const { cost } = price;
    const scope = this.hold.scopeOf(call.operation);
    const background = price.priority === 'background';
    if (this.waitMs(now, cost, 1, scope) === 0 && this.line.passes(cost, background)) {
      return this.take(now, cost, false, scope);
    }
    return this.scopedRefusal(call, scope) ?? this.line.join(call);
  }

  /** As for a call of the usual cost: the price of this one is set when it enters. */
  wouldHold({ now, operation }: LiveCall): boolean {
    if (this.line.size > 0) return true;
    return !this.isAsking(now) && this.waitMs(now, 1, 1, this.hold.scopeOf(operation)) > 0;
  }

  suspend(taken: Taken, call: LiveCall): void {
    this.allowance.hold(taken, call.now);
  }

  /**
   * The first call of this limit within one that took tokens to admit it takes its own in their place, before those who
   * wait: that call went no further than to this one, which goes out only now.
   */
  private enterWithin(call: LiveCall, { lender, own, priority, wait }: PriceWithin): ReturnType<RateLimit['enter']> {
    call.price = { cost: own, priority, wait };
    const { now } = call;
    const lent = takenToLend(lender, this);
    if (lent !== undefined) {
      lent.lent = true;
      this.hold.giveBack(lent, now);
      this.allowance.giveBack(lent, now);
      const scope = this.hold.scopeOf(call.operation);
      if (this.waitMs(now, own, 1, scope) === 0) return this.take(now, own, false, scope);
    }
    return this.enterByPrice(call);
  }

  /** The call goes out later than it was taken: a gate below held it. */
  renew(taken: Taken, call: LiveCall): Taken | Promise<Taken> | RateLimitedError {
    if (!taken.held || this.allowance.sent(taken, call.now)) return taken;
    const turn = this.line.join(call);
    return turn instanceof Promise ? turn.then((next) => this.replace(taken, next)) : turn;
  }

  leave(taken: Taken, outcome: Outcome, call: LiveCall): void {
    const { allowance, hold } = this;
    hold.leave(taken);
    if (outcome === SUCCESS) hold.wentWell(taken);
    else this.heed(taken, outcome, call);
    if (allowance.heedsAnswers && isAnswer(outcome)) allowance.answered(taken, call.now);
    if (call.price === DEFAULT_PRICE) allowance.done(taken);
    else taken.left = true;
  }

  /** A call turns out to cost something else, while it is under way or for as long as it counts after that. */
  settle(taken: Taken, cost: number): void {
    const now = this.environment.clock.now();
    if (!taken.left) this.hold.settle(taken.cost, cost);
    else if (this.allowance.isOver(taken.at, now)) return;
    this.allowance.settle(taken, cost, now);
    this.line.lookAgain(now);
  }

  /**
   * Learns from a response: what it says of the quota, and from one that throttles to wait. `call`: the call that it
   * answers, where it is known.
   */
  observe(response: ObservedResponse, _key?: string, call?: LiveCall): void {
    if (!this.settings.observeHeaders) return;
    const now = this.environment.clock.now();
    const reading = this.hold.observe(response, now, call?.operation);
    // A part of a token is one more; a provider that says anything else says nothing.
    const cost = Math.ceil(reading.cost ?? Number.NaN);
    if (call !== undefined && Number.isSafeInteger(cost) && cost >= 0) call.settle(cost);
    // A new window may have come sooner than those who wait were told.
    this.line.lookAgain(now);
  }

  /** Forgets what the provider has said. Calls that were sent still count. */
  reset(): void {
    this.hold.reset();
    this.line.lookAgain(this.environment.clock.now());
  }

  resetPacked(packed: unknown): unknown {
    return takenOf(packed as PackedLimit);
  }

  forKey(environment: EnvironmentOf<RateLimitEvents>, packed?: unknown, key?: string): RateLimit {
    const limit = new RateLimit(this.settings, environment, key);
    limit.unpack(packed as PackedLimit | undefined);
    if (this.line.closed) limit.close();
    return limit;
  }

  pack(now: number): PackedGate | undefined {
    const taken = this.allowance.pack(now);
    const state = this.hold.pack(taken, now);
    return state === undefined ? undefined : { state, isSpent: state !== taken || this.allowance.isHalfSpent(now) };
  }

  isOver(packed: unknown, now: number): boolean {
    const state = packed as PackedLimit;
    const taken = takenOf(state);
    if (taken !== undefined && !this.allowance.isOver(taken, now)) return false;
    return !(state instanceof LimitWithWord) || state.isOver(now);
  }

  idle(now: number): boolean {
    return this.line.size === 0 && this.allowance.isFresh(now) && this.waitMs(now, 1, 1) === 0;
  }

  snapshot(now: number): RateLimitSnapshot {
    const { line, refusals } = this;
    return {
      quotas: this.allowance.snapshot(now),
      queued: line.size,
      queuedInBackground: line.backgroundSize,
      waitMs: Math.ceil(this.waitMs(now, 1, 1)),
      admitted: this.admitted,
      waited: line.waited,
      refused: refusals.count,
      throttled: this.hold.throttled,
      givenBack: this.givenBack,
      ...(this.allowance.shown && { shared: this.allowance.shown(now) }),
    };
  }

  reconfigure(settings: RateLimitSettings): void {
    const now = this.environment.clock.now();
    this.allowance = nextAllowance(this.allowance, settings, { ...this.parts, now });
    this.settings = settings;
    this.hold.reconfigure(settings);
    this.line.reconfigure(settings);
    this.line.lookAgain(now);
  }

  close(): void {
    this.hold.close();
    this.line.close();
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

  get mostCost(): number {
    return this.allowance.mostCost;
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

  admit(now: number, cost: number): Taken {
    return this.take(now, cost, true);
  }

  /** Whether `waitMs` of one token is 0, found out with as little as possible: it is so for nearly every call. */
  private isFree(now: number): boolean {
    return this.hold.isQuiet(now) && this.allowance.isFree(now);
  }

  private take(now: number, cost: number, waited: boolean, scope?: string): Taken {
    this.hold.take(now, cost, scope);
    this.admitted++;
    const taken = this.allowance.take(now, cost, waited);
    taken.limit = this;
    return taken;
  }

  /** A call that was let through before, and has waited for its turn once more, counts once. */
  private replace(taken: Taken, next: Taken): Taken {
    const now = this.environment.clock.now();
    this.admitted--;
    this.hold.giveBack(taken, now);
    this.hold.leave(taken);
    this.allowance.giveBack(taken, now);
    this.allowance.done(taken);
    return next;
  }

  private get parts() {
    const { environment, key, hold } = this;
    return { environment, key, hold, changed: () => this.line.lookAgain(environment.clock.now()) };
  }

  private unpack(packed: PackedLimit | undefined): void {
    const taken = takenOf(packed);
    if (taken !== undefined) this.allowance.unpack(taken, this.environment.clock.now());
    this.hold.unpack(packed);
  }

  /** Who waits for a resource of its own waits in no line: it would hold up those that draw from others. */
  private scopedRefusal(call: LiveCall, scope: string | undefined): RateLimitedError | undefined {
    if (scope === undefined) return undefined;
    const { now, price } = call;
    const waitMs = this.hold.quotasWaitMs(now, price.cost, scope);
    return waitMs > 0 && price.cost > 0 ? this.refusals.make('quota-spent', call, waitMs) : undefined;
  }

  private heed(taken: Taken, outcome: Outcome, call: LiveCall): void {
    if (outcome === REFUSED) this.giveBack(taken, call.now);
    if (outcome.kind !== 'throttled' || !answersTo(taken, call)) return;
    this.hold.heed(outcome, taken.at, call);
    this.line.lookAgain(call.now);
  }

  private giveBack(taken: Taken, now: number): void {
    this.hold.giveBack(taken, now);
    if (this.allowance.giveBack(taken, now)) this.givenBack++;
    this.line.lookAgain(now);
  }
}

/** Whether the provider has answered, so that the call has certainly arrived. */
function isAnswer({ kind }: Outcome): boolean {
  return kind === 'success' || kind === 'throttled' || kind === 'permanent' || kind === 'unauthorized';
}
