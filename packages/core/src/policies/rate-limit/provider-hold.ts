import type { EnvironmentOf } from '../../engine/policy.js';
import type { ObservedResponse, RateReading } from '../../headers/rate-reading.js';
import type { Outcome } from '../../outcome/outcome.js';
import { ObservedQuotas } from './observed-quotas.js';
import { LimitWithWord, type PackedLimit } from './packed-limit.js';
import type { PackedAllowance } from './packed-allowance.js';
import { Pause } from './pause.js';
import { ProviderWord } from './provider-word.js';
import type { RateLimitSettings } from './rate-limit.options.js';
import type { RateLimitEvents } from './rate-limit.telemetry.js';
import { SharedWord, type WordListener } from './shared/shared-word.js';
import type { Taken } from './taken.js';

/** The operation of a call of which nothing says what it is. */
const UNNAMED = 'execute';

type Throttled = Pick<Outcome, 'resource' | 'retryAfterMs'>;

/**
 * How long the provider itself holds calls back, whatever our own count says: for as long as a 429 asks to wait, and
 * while a quota that its answers have named is spent.
 */
export class ProviderHold {
  /** How many calls were throttled. */
  throttled = 0;
  private pause: Pause;
  private observed = new ObservedQuotas();
  private readonly word: ProviderWord;
  /** Tells other hosts of the provider's word, and hears it from them, where they share the limit. */
  private told: SharedWord | undefined = undefined;

  constructor(
    private settings: RateLimitSettings,
    private readonly environment: EnvironmentOf<RateLimitEvents>,
  ) {
    this.pause = new Pause(settings);
    this.word = new ProviderWord(environment);
  }

  /** Whether it holds no call back, found out with as little as possible: it is so for nearly every call. */
  isQuiet(now: number): boolean {
    return this.pause.leftMs(now) === 0 && this.observed.knowsNothing;
  }

  /** For how much longer all calls have to wait. */
  pausedMs(now: number): number {
    return this.pause.leftMs(now);
  }

  /** Milliseconds until it holds so many calls back no more, which cost so much together and draw from one scope. */
  waitMs(now: number, cost: number, calls: number, scope?: string): number {
    return Math.max(this.pause.leftMs(now), this.observed.waitMs(now, cost, calls, scope));
  }

  /** The same of its quotas alone. */
  quotasWaitMs(now: number, cost: number, scope?: string): number {
    return this.observed.waitMs(now, cost, 1, scope);
  }

  /** The resource that the calls of an operation draw from; `undefined` where it is not known. */
  scopeOf(operation: string): string | undefined {
    return this.observed.scopeOf(operation);
  }

  /** A call goes out. */
  take(now: number, cost: number, scope: string | undefined): void {
    this.observed.take(now, cost, scope);
  }

  /** A call that went out has ended. */
  leave(taken: Taken): void {
    this.observed.leave(taken);
  }

  /** A call did not go out after all. */
  giveBack(taken: Taken, now: number): void {
    this.observed.giveBack(taken, now);
  }

  /** A call under way turns out to cost something else. */
  settle(from: number, to: number): void {
    this.observed.settle(from, to);
  }

  /** The provider has answered a call as it should. */
  wentWell({ at }: Taken): void {
    this.pause.wentWell(at);
  }

  /** Learns what a response says of the quota, and whether it asks to wait. `operation`: of the call, where known. */
  observe(response: ObservedResponse, now: number, operation: string = UNNAMED): RateReading {
    const { settings } = this;
    const reading = this.word.of(response, this.environment.clock.wallNow(), settings);
    const known = operation === UNNAMED ? undefined : operation;
    for (const quota of reading.quotas) this.observed.observe(quota, now, known);
    if (reading.quotas.length > 0) this.told?.observed(reading.quotas);
    if (reading.throttled && !this.holdsResource(reading, now, operation)) {
      // A call that is under way will say so itself when it leaves.
      if (this.observed.calls === 0) this.throttled++;
      this.closeGate(reading.retryAfterMs, now, now);
    }
    return reading;
  }

  /** A call was answered with a 429. */
  heed(answer: Throttled, sentAt: number, { now, operation }: { now: number; operation: string }): void {
    this.throttled++;
    if (!this.holdsResource(answer, now, operation)) this.closeGate(answer.retryAfterMs, now, sentAt);
  }

  /** Forgets what the provider has said, and has the other hosts forget it. */
  reset(): void {
    this.forget();
    this.told?.forget();
  }

  reconfigure(settings: RateLimitSettings): void {
    this.settings = settings;
    this.pause.settings = settings;
    if (!settings.observeHeaders) this.observed.forget();
  }

  /** Shares the provider's word with other hosts from now on. `changed` is called when theirs is news. */
  share(key: string, changed: () => void): SharedWord {
    return (this.told = new SharedWord(this.environment, key, this.ofOtherHosts(changed)));
  }

  unshare(): void {
    this.close();
    this.told = undefined;
  }

  /** Hears no more of other hosts. */
  close(): void {
    this.told?.close();
  }

  /** Adds to what is taken of the limit what must be remembered of the provider's word. */
  pack(taken: PackedAllowance | undefined, now: number): PackedLimit | undefined {
    const isPaused = this.pause.leftMs(now) > 0 || this.pause.grows;
    const observed = this.observed.isOver(now) ? undefined : this.observed;
    return isPaused || observed !== undefined ? new LimitWithWord(taken, this.pause, observed) : taken;
  }

  unpack(packed: PackedLimit | undefined): void {
    if (!(packed instanceof LimitWithWord)) return;
    this.pause = packed.pause;
    this.pause.settings = this.settings;
    if (packed.observed !== undefined) this.observed = packed.observed;
  }

  private forget(): void {
    this.pause.forget();
    this.observed.forget();
  }

  /**
   * Where one of the provider's resources is spent, other than the one that most calls draw from, it is held for the
   * operations that are known to draw from it. Returns whether that is all that the answer asks for.
   */
  private holdsResource({ resource, retryAfterMs = 0 }: Throttled, now: number, operation: string): boolean {
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

  /** A 429 closes the gate for all calls. `sentAt`: when the call was sent that it answers. */
  private closeGate(askedMs: number | undefined, now: number, sentAt: number): void {
    const pauseMs = this.pause.throttled(askedMs, now, sentAt);
    if (pauseMs === undefined) return;
    this.environment.emit('rateLimit.paused', { pauseMs });
    this.told?.pause(this.pause.leftMs(now));
  }

  private ofOtherHosts(changed: () => void): WordListener {
    const { environment } = this;
    return {
      paused: (ms) => {
        if (!this.pause.adopt(ms, environment.clock.now())) return;
        environment.emit('rateLimit.paused', { pauseMs: ms });
        changed();
      },
      remains: (quotas) => {
        if (!this.settings.observeHeaders) return;
        for (const quota of quotas) this.observed.observe(quota, environment.clock.now());
        changed();
      },
      forgotten: () => {
        this.forget();
        changed();
      },
    };
  }
}
