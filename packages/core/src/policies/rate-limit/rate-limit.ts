import type { ObservedResponse, RateReading } from '../../headers/rate-reading.js';
import type { LiveCall } from '../../engine/live-call.js';
import { Entered } from '../../engine/gates/entered.js';
import { DEFAULT_PRICE, isWithin, type Lender, type PriceWithin } from '../../engine/price.js';
import type { PackedGate } from '../../engine/gates/packed-keys.js';
import type { EnvironmentOf, KeyableGate } from '../../engine/policy.js';
import { REFUSED, SUCCESS, type Outcome } from '../../outcome/outcome.js';
import type { Allowance, LineWants } from './allowance.js';
import { LocalAllowance } from './local-allowance.js';
import { ObservedQuotas } from './observed-quotas.js';
import { LimitWithWord, takenOf, type PackedLimit } from './packed-limit.js';
import { Pause } from './pause.js';
import type { RateLimitSettings } from './rate-limit.options.js';
import type { RateLimitEvents, RateLimitSnapshot } from './rate-limit.telemetry.js';
import type { RateLimitedError } from './rate-limited.error.js';
import { ProviderWord } from './provider-word.js';
import { Refusals } from './refusals.js';
import { SharedAllowance } from './shared/shared-allowance.js';
import { SharedWord, type WordListener } from './shared/shared-word.js';
import { storeKey } from './shared/store-key.js';
import { Taken } from './taken.js';
import { WaitingLine, type LineService } from './waiting-line.js';

/** The operation of a call of which nothing says what it is. */
const UNNAMED = 'execute';
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
  private observed = new ObservedQuotas();
  private pause: Pause;
  private readonly line: WaitingLine<Taken>;
  private readonly refusals: Refusals;
  private readonly word: ProviderWord;
  /** Tells other hosts of the provider's word, and hears it from them, where they share the limit. */
  private told: SharedWord | undefined;
  private readonly counters = { admitted: 0, throttled: 0, givenBack: 0 };

  constructor(
    private settings: RateLimitSettings,
    private readonly environment: EnvironmentOf<RateLimitEvents>,
    private readonly key?: string,
  ) {
    this.allowance = new LocalAllowance(settings.quotas);
    if (this.isShared(settings)) this.allowance = this.sharedWith(settings, this.allowance);
    this.pause = new Pause(settings);
    this.refusals = new Refusals(environment);
    this.word = new ProviderWord(environment);
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
    const scope = this.observed.scopeOf(call.operation);
    const background = price.priority === 'background';
    if (this.waitMs(now, cost, 1, scope) === 0 && this.line.passes(cost, background)) {
      return this.take(now, cost, false, scope);
    }
    return this.scopedRefusal(call, scope) ?? this.line.join(call);
  }

  /** As for a call of the usual cost: the price of this one is set when it enters. */
  wouldHold({ now, operation }: LiveCall): boolean {
    if (this.line.size > 0) return true;
    return !this.isAsking(now) && this.waitMs(now, 1, 1, this.observed.scopeOf(operation)) > 0;
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
    const lent = takenBy(lender, this);
    if (lent !== undefined) {
      lent.lent = true;
      this.observed.giveBack(lent, now);
      this.allowance.giveBack(lent, now);
      const scope = this.observed.scopeOf(call.operation);
      if (this.waitMs(now, own, 1, scope) === 0) return this.take(now, own, false, scope);
    }
    return this.enterByPrice(call);
  }

  /** The call goes out later than it was taken: a gate below held it. */
  renew(taken: Taken, call: LiveCall): Taken | Promise<Taken> | RateLimitedError {
    if (this.allowance.sent(taken, call.now)) return taken;
    const turn = this.line.join(call);
    return turn instanceof Promise ? turn.then((next) => this.replace(taken, next)) : turn;
  }

  leave(taken: Taken, outcome: Outcome, call: LiveCall): void {
    const { allowance, pause } = this;
    this.observed.leave(taken);
    if (outcome !== SUCCESS) this.heed(taken, outcome, call);
    else if (pause.grows) pause.wentWell(taken.at);
    if (allowance.heedsAnswers && isAnswer(outcome)) allowance.answered(taken, call.now);
    if (call.price === DEFAULT_PRICE) allowance.done(taken);
    else taken.left = outcome !== REFUSED;
  }

  /** A call turns out to cost something else, while it is under way or for as long as it counts after that. */
  settle(taken: Taken, cost: number): void {
    const now = this.environment.clock.now();
    if (!taken.left) this.observed.settle(taken.cost, cost);
    else if (this.allowance.isOver(taken.at, now)) return;
    this.allowance.settle(taken, cost, now);
    this.line.lookAgain(now);
  }

  /**
   * Learns from a response: what it says of the quota, and from one that throttles to wait. `call`: the call that it
   * answers, where it is known.
   */
  observe(response: ObservedResponse, _key?: string, call?: LiveCall): void {
    const { settings } = this;
    if (!settings.observeHeaders) return;
    const now = this.environment.clock.now();
    const reading = this.word.of(response, this.environment.clock.wallNow(), settings);
    const operation = call === undefined || call.operation === UNNAMED ? undefined : call.operation;
    for (const quota of reading.quotas) this.observed.observe(quota, now, operation);
    if (reading.quotas.length > 0) this.told?.observed(reading.quotas);
    if (reading.throttled && !this.holdsResource(reading, now, operation)) this.heedThrottled(reading, now);
    // A part of a token is one more; a provider that says anything else says nothing.
    const cost = Math.ceil(reading.cost ?? Number.NaN);
    if (call !== undefined && Number.isSafeInteger(cost) && cost >= 0) call.settle(cost);
    // A new window may have come sooner than those who wait were told.
    this.line.lookAgain(now);
  }

  /** Forgets what the provider has said. Calls that were sent still count. */
  reset(): void {
    this.forgetWord();
    this.told?.forget();
    this.line.lookAgain(this.environment.clock.now());
  }

  resetPacked(packed: unknown): unknown {
    return takenOf(packed as PackedLimit);
  }

  forKey(environment: EnvironmentOf<RateLimitEvents>, packed?: unknown, key?: string): RateLimit {
    const limit = new RateLimit(this.settings, environment, key);
    if (packed !== undefined) limit.unpack(packed as PackedLimit);
    if (this.line.closed) limit.close();
    return limit;
  }

  pack(now: number): PackedGate | undefined {
    const taken = this.allowance.pack(now);
    const hasWord = this.pause.leftMs(now) > 0 || this.pause.grows;
    const observed = this.observed.isOver(now) ? undefined : this.observed;
    const state = hasWord || observed !== undefined ? new LimitWithWord(taken, this.pause, observed) : taken;
    return state === undefined ? undefined : { state, isSpent: state !== taken || this.allowance.isHalfSpent(now) };
  }

  isOver(packed: unknown, now: number): boolean {
    const state = packed as PackedLimit;
    const taken = takenOf(state);
    if (taken !== undefined && !this.allowance.isOver(taken, now)) return false;
    if (!(state instanceof LimitWithWord)) return true;
    return state.pause.leftMs(now) === 0 && (state.observed?.isOver(now) ?? true);
  }

  idle(now: number): boolean {
    return this.line.size === 0 && this.allowance.isFresh(now) && this.waitMs(now, 1, 1) === 0;
  }

  snapshot(now: number): RateLimitSnapshot {
    const { counters, line, refusals } = this;
    return {
      quotas: this.allowance.snapshot(now),
      queued: line.size,
      queuedInBackground: line.backgroundSize,
      waitMs: Math.ceil(this.waitMs(now, 1, 1)),
      admitted: counters.admitted,
      waited: line.waited,
      refused: refusals.count,
      throttled: counters.throttled,
      givenBack: counters.givenBack,
      ...(this.allowance.shown && { shared: this.allowance.shown(now) }),
    };
  }

  reconfigure(settings: RateLimitSettings): void {
    const now = this.environment.clock.now();
    this.allowance = this.withSettings(settings, now);
    this.settings = settings;
    this.pause.settings = settings;
    if (!settings.observeHeaders) this.observed.forget();
    this.line.reconfigure(settings);
    this.line.lookAgain(now);
  }

  close(): void {
    this.told?.close();
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
    if (this.pause.leftMs(now) > 0 || this.observed.waitMs(now, line.nextCost, 1) > 0) return;
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
    const pauseMs = this.pause.leftMs(now);
    if (cost === 0) return pauseMs;
    const heldMs = Math.max(pauseMs, this.observed.waitMs(now, cost, calls, scope));
    return heldMs + this.allowance.waitMs(now + heldMs, cost, calls);
  }

  reason(now: number): RateLimitedError['why'] {
    return this.pause.leftMs(now) > 0 ? 'paused-by-provider' : 'quota-spent';
  }

  admit(now: number, cost: number): Taken {
    return this.take(now, cost, true);
  }

  /** Whether `waitMs` of one token is 0, found out with as little as possible: it is so for nearly every call. */
  private isFree(now: number): boolean {
    return this.pause.leftMs(now) === 0 && this.observed.knowsNothing && this.allowance.isFree(now);
  }

  private take(now: number, cost: number, waited: boolean, scope?: string): Taken {
    this.observed.take(now, cost, scope);
    this.counters.admitted++;
    const taken = this.allowance.take(now, cost, waited);
    taken.limit = this;
    return taken;
  }

  /** A call that was let through before, and has waited for its turn once more, counts once. */
  private replace(taken: Taken, next: Taken): Taken {
    const now = this.environment.clock.now();
    this.counters.admitted--;
    this.observed.giveBack(taken, now);
    this.observed.leave(taken);
    this.allowance.giveBack(taken, now);
    this.allowance.done(taken);
    return next;
  }

  /** A method's own limit is the account's as well, where it stands in place of the provider's. */
  private isShared({ shared }: RateLimitSettings): boolean {
    const { store, operation } = this.environment;
    return store.shared === true && (shared || operation !== undefined);
  }

  private withSettings(settings: RateLimitSettings, now: number): Allowance {
    const { allowance } = this;
    const isShared = this.isShared(settings);
    if (!isShared) {
      this.told?.close();
      this.told = undefined;
    }
    if (allowance instanceof SharedAllowance) {
      return isShared ? allowance.withQuotas(settings.quotas, now) : allowance.alone(settings.quotas, now);
    }
    const next = allowance.withQuotas(settings.quotas, now);
    return isShared ? this.sharedWith(settings, next) : next;
  }

  private sharedWith({ quotas }: RateLimitSettings, own: Allowance): SharedAllowance {
    const { environment } = this;
    const key = storeKey(environment, this.key);
    const told = (this.told = new SharedWord(environment, key, this.ofOtherHosts()));
    const parts = {
      environment,
      key,
      ready: told.ready,
      asking: (now: number) => told.look(now),
      changed: () => this.line.lookAgain(environment.clock.now()),
    };
    return new SharedAllowance(quotas, parts, own as LocalAllowance);
  }

  private ofOtherHosts(): WordListener {
    const { environment } = this;
    const lookAgain = () => this.line.lookAgain(environment.clock.now());
    return {
      paused: (ms) => {
        if (!this.pause.adopt(ms, environment.clock.now())) return;
        environment.emit('rateLimit.paused', { pauseMs: ms });
        lookAgain();
      },
      remains: (quotas) => {
        if (!this.settings.observeHeaders) return;
        for (const quota of quotas) this.observed.observe(quota, environment.clock.now());
        lookAgain();
      },
      forgotten: () => {
        this.forgetWord();
        lookAgain();
      },
    };
  }

  private forgetWord(): void {
    this.pause.forget();
    this.observed.forget();
  }

  private unpack(packed: PackedLimit): void {
    const taken = takenOf(packed);
    if (taken !== undefined) this.allowance.unpack(taken, this.environment.clock.now());
    if (!(packed instanceof LimitWithWord)) return;
    this.pause = packed.pause;
    this.pause.settings = this.settings;
    if (packed.observed !== undefined) this.observed = packed.observed;
  }

  /** Who waits for a resource of its own waits in no line: it would hold up those that draw from others. */
  private scopedRefusal(call: LiveCall, scope: string | undefined): RateLimitedError | undefined {
    if (scope === undefined) return undefined;
    const { now, price } = call;
    const waitMs = this.observed.waitMs(now, price.cost, 1, scope);
    return waitMs > 0 && price.cost > 0 ? this.refusals.make('quota-spent', call, waitMs) : undefined;
  }

  private heedThrottled(reading: RateReading, now: number): void {
    // A call that is under way will say so itself when it leaves.
    if (this.observed.calls === 0) this.counters.throttled++;
    this.closeGate(reading.retryAfterMs, now);
  }

  private heed(taken: Taken, outcome: Outcome, call: LiveCall): void {
    if (outcome === REFUSED) this.giveBack(taken, call.now);
    if (outcome.kind !== 'throttled' || !answersTo(taken, call)) return;
    this.counters.throttled++;
    if (!this.holdsResource(outcome, call.now, call.operation))
      this.closeGate(outcome.retryAfterMs, call.now, taken.at);
  }

  /**
   * Where one of the provider's resources is spent, other than the one that most calls draw from, it is held for the
   * operations that are known to draw from it. Returns whether that is all that the answer asks for.
   */
  private holdsResource({ resource, retryAfterMs = 0 }: Throttled, now: number, operation = UNNAMED): boolean {
    const { observed, settings } = this;
    if (resource === undefined || !(retryAfterMs > 0) || operation === UNNAMED || !settings.observeHeaders)
      return false;
    const resetMs = Math.min(retryAfterMs, settings.maxRetryAfter);
    const spent = { name: 'ratelimit', scope: resource, remaining: 0, resetMs };
    observed.observe(spent, now, operation);
    if (observed.scopeOf(operation) !== resource || observed.isCommon(resource)) return false;
    this.told?.observed([spent]);
    return true;
  }

  private giveBack(taken: Taken, now: number): void {
    this.observed.giveBack(taken, now);
    if (this.allowance.giveBack(taken, now)) this.counters.givenBack++;
    this.line.lookAgain(now);
  }

  /** A 429 closes the gate for all calls. `sentAt`: when the call was sent, where that is known. */
  private closeGate(askedMs: number | undefined, now: number, sentAt = now): void {
    const pauseMs = this.pause.throttled(askedMs, now, sentAt);
    if (pauseMs !== undefined) {
      this.environment.emit('rateLimit.paused', { pauseMs });
      this.told?.pause(this.pause.leftMs(now));
    }
    this.line.lookAgain(now);
  }
}

type Throttled = Pick<Outcome, 'resource' | 'retryAfterMs'>;

/** Whether the provider has answered, so that the call has certainly arrived. */
function isAnswer({ kind }: Outcome): boolean {
  return kind === 'success' || kind === 'throttled' || kind === 'permanent' || kind === 'unauthorized';
}

/** The tokens that a call took of a limit and has not lent yet. */
function takenBy({ tickets }: Lender, limit: RateLimit): Taken | undefined {
  for (const ticket of tickets) {
    const entered: unknown = ticket instanceof Entered ? ticket.ticket : ticket;
    if (entered instanceof Taken && entered.limit === limit && !entered.lent) return entered;
  }
  return undefined;
}

/**
 * Whether the answer of a call speaks of the limit of which it took this: of several, the first, which is its method's
 * own.
 */
function answersTo(taken: Taken, { tickets }: LiveCall): boolean {
  for (const ticket of tickets) {
    const entered: unknown = ticket instanceof Entered ? ticket.ticket : ticket;
    if (entered instanceof Taken) return entered === taken;
  }
  return true;
}
