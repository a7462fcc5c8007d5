import type { ObservedResponse } from '../../headers/rate-reading.js';
import type { LiveCall } from '../../engine/live-call.js';
import { DEFAULT_PRICE, isWithin, type PriceWithin } from '../../engine/price.js';
import type { PackedGate } from '../../engine/gates/packed-keys.js';
import type { EnvironmentOf, KeyableGate } from '../../engine/policy.js';
import { REFUSED, SUCCESS, type Outcome } from '../../outcome/outcome.js';
import { takenOf, type PackedLimit } from './packed-limit.js';
import type { ProviderHold } from './provider-hold.js';
import type { RateLimitSettings } from './rate-limit.options.js';
import type { RateLimitEvents, RateLimitSnapshot } from './rate-limit.telemetry.js';
import type { RateLimitedError } from './rate-limited.error.js';
import { Refusals } from './refusals.js';
import type { Taken } from './taken.js';
import { answersTo, takenToLend } from './taken-of-call.js';
import { TokenSupply } from './token-supply.js';
import { WaitingLine } from './waiting-line.js';

const SUMMED = ['queued', 'queuedInBackground'] as const;

/**
 * Admits calls within the provider's limit: by its own count, corrected by the provider's response headers, and not at
 * all while a 429 asks to wait. Calls that may wait do so in line. Calls that did not reach the provider are not
 * counted.
 */
export class RateLimit implements KeyableGate<Taken> {
  readonly kind = 'rateLimit';
  readonly summed = SUMMED;
  private readonly supply: TokenSupply;
  /** The provider's own word on it. */
  private readonly hold: ProviderHold;
  private readonly line: WaitingLine<Taken>;
  private readonly refusals: Refusals;

  constructor(
    private settings: RateLimitSettings,
    private readonly environment: EnvironmentOf<RateLimitEvents>,
    key?: string,
  ) {
    const changed = () => this.line.lookAgain(environment.clock.now());
    this.supply = new TokenSupply(settings, { environment, key, limit: this, changed });
    this.hold = this.supply.hold;
    this.refusals = new Refusals(environment);
    this.line = new WaitingLine(settings, environment.clock, this.supply, this.refusals);
  }

  enter(call: LiveCall): Taken | Promise<Taken> | RateLimitedError {
    const { now, price } = call;
    const { cost } = price;
    if (cost === 1 && this.line.size === 0 && this.supply.isFree(now)) return this.supply.take(now, cost, false);
    return isWithin(price) ? this.enterWithin(call, price) : this.enterByPrice(call);
  }

  private enterByPrice(call: LiveCall): Taken | Promise<Taken> | RateLimitedError {
    const { supply } = this;
    const { now, price } = call;
    const { cost } = price;
    const scope = this.hold.scopeOf(call.operation);
    const background = price.priority === 'background';
    if (supply.waitMs(now, cost, 1, scope) === 0 && this.line.passes(cost, background)) {
      return supply.take(now, cost, false, scope);
    }
    return this.scopedRefusal(call, scope) ?? this.line.join(call);
  }

  /** As for a call of the usual cost: the price of this one is set when it enters. */
  wouldHold({ now, operation }: LiveCall): boolean {
    if (this.line.size > 0) return true;
    const { supply } = this;
    return !supply.isAsking(now) && supply.waitMs(now, 1, 1, this.hold.scopeOf(operation)) > 0;
  }

  suspend(taken: Taken, call: LiveCall): void {
    this.supply.suspend(taken, call.now);
  }

  /**
   * The first call of this limit within one that took tokens to admit it takes its own in their place, before those who
   * wait: that call went no further than to this one, which goes out only now.
   */
  private enterWithin(call: LiveCall, { lender, own, priority, wait }: PriceWithin): ReturnType<RateLimit['enter']> {
    call.price = { cost: own, priority, wait };
    const { now } = call;
    const { supply } = this;
    const lent = takenToLend(lender, this);
    if (lent !== undefined) {
      lent.lent = true;
      supply.putBack(lent, now);
      const scope = this.hold.scopeOf(call.operation);
      if (supply.waitMs(now, own, 1, scope) === 0) return supply.take(now, own, false, scope);
    }
    return this.enterByPrice(call);
  }

  /** The call goes out later than it was taken: a gate below held it. */
  renew(taken: Taken, call: LiveCall): Taken | Promise<Taken> | RateLimitedError {
    if (this.supply.sent(taken, call.now)) return taken;
    const turn = this.line.join(call);
    if (!(turn instanceof Promise)) return turn;
    return turn.then((next) => {
      this.supply.replaced(taken);
      return next;
    });
  }

  leave(taken: Taken, outcome: Outcome, call: LiveCall): void {
    const { supply, hold } = this;
    hold.leave(taken);
    if (outcome === SUCCESS) hold.wentWell(taken);
    else this.heed(taken, outcome, call);
    if (supply.heedsAnswers && isAnswer(outcome)) supply.answered(taken, call.now);
    if (call.price === DEFAULT_PRICE) supply.done(taken);
    else taken.left = true;
  }

  /** A call turns out to cost something else, while it is under way or for as long as it counts after that. */
  settle(taken: Taken, cost: number): void {
    const now = this.environment.clock.now();
    if (this.supply.settle(taken, cost, now)) this.line.lookAgain(now);
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
    limit.supply.unpack(packed as PackedLimit | undefined);
    if (this.line.closed) limit.close();
    return limit;
  }

  pack(now: number): PackedGate | undefined {
    return this.supply.pack(now);
  }

  isOver(packed: unknown, now: number): boolean {
    return this.supply.isOver(packed as PackedLimit, now);
  }

  idle(now: number): boolean {
    return this.line.size === 0 && this.supply.isFresh(now);
  }

  snapshot(now: number): RateLimitSnapshot {
    const { supply, line, refusals } = this;
    return {
      ...supply.snapshot(now),
      queued: line.size,
      queuedInBackground: line.backgroundSize,
      waited: line.waited,
      refused: refusals.count,
    };
  }

  reconfigure(settings: RateLimitSettings): void {
    const now = this.environment.clock.now();
    this.supply.reconfigure(settings, now);
    this.settings = settings;
    this.line.reconfigure(settings);
    this.line.lookAgain(now);
  }

  close(): void {
    this.hold.close();
    this.line.close();
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
    this.supply.giveBack(taken, now);
    this.line.lookAgain(now);
  }
}

/** Whether the provider has answered, so that the call has certainly arrived. */
function isAnswer({ kind }: Outcome): boolean {
  return kind === 'success' || kind === 'throttled' || kind === 'permanent' || kind === 'unauthorized';
}
