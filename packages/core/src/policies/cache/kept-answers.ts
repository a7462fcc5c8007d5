import type { AnswerRegion, KeptAnswer } from '../../cache-storage/answer-region.js';
import type { AnswerStorage } from '../../cache-storage/answer-storage.js';
import type { Settled } from '../../outcome/outcome.js';
import type { CacheSettings } from './cache.options.js';

/** The caller, and what was asked. */
export interface Subject {
  readonly operation: string;
  readonly tenant: string | undefined;
  /** The key made of the arguments. */
  readonly id: string;
}

/** How long an answer is fresh, and how long after that it may still be given, in milliseconds. */
export type Lifetime = Pick<CacheSettings, 'ttl' | 'staleWhileRevalidate' | 'staleIfError' | 'staleWhileLimited'>;

export interface NewAnswer extends KeptAnswer {
  /** The number of the load that it comes from. */
  readonly load: number;
  /** Tells it from those of other loads, on whatever host. */
  readonly by: string;
  readonly subject: Subject;
  readonly result: Settled;
  /** Whether it is a failure that is kept for a while. */
  readonly failed: boolean;
  /** When it came, and how long that took, in monotonic milliseconds. */
  readonly at: number;
  readonly tookMs: number;
  /** Its lifetime by the provider's word, where that is heeded and there is one. */
  readonly lifetime?: Lifetime | undefined;
  /** When this process last knew that no host had invalidated it. */
  readonly knownAt: number;
}

export interface Answer extends NewAnswer {
  /** Until when the provider is not asked again, since it failed the last time. */
  pausedUntil: number;
  /** Until when it is given without a further question, by the settings of the moment. */
  hitUntil: number;
  /** The same for all callers where none gets a copy: to make one is a third of what a hit costs. */
  promise: Promise<unknown> | undefined;
}

/**
 * The answers of one method that are kept in this process, by key. An answer's age is held against the settings of the
 * moment, so new ones hold for what is there.
 */
export class KeptAnswers {
  private readonly region: AnswerRegion<Answer>;

  constructor(
    private settings: CacheSettings,
    storage: AnswerStorage,
  ) {
    this.region = storage.region(settings);
  }

  get size(): number {
    return this.region.entries;
  }

  get bytes(): number {
    return this.region.bytes;
  }

  get(key: string): Answer | undefined {
    return this.region.get(key);
  }

  /** `false` where it is too large to be kept. */
  set(key: string, answer: NewAnswer): boolean {
    const kept: Answer = { ...answer, pausedUntil: 0, hitUntil: 0, promise: undefined };
    kept.hitUntil = this.hitUntil(kept);
    return this.region.set(key, kept);
  }

  delete(key: string): void {
    this.region.delete(key);
  }

  freshUntil(answer: NewAnswer): number {
    const { failed, at } = answer;
    const { errors } = this.settings;
    if (!failed) return at + this.lifetimeOf(answer).ttl;
    return errors === false ? at : at + errors.ttl;
  }

  /** Whether an answer that is not fresh is given at once all the same. */
  isGivenStale(answer: Answer, now: number): boolean {
    const staleForMs = now - this.freshUntil(answer);
    if (answer.failed || staleForMs < 0) return false;
    if (staleForMs < this.lifetimeOf(answer).staleWhileRevalidate) return true;
    return now < answer.pausedUntil && staleForMs < this.lifetimeOf(answer).staleIfError;
  }

  /** Whether an answer that is not fresh may be given where the provider's limit holds calls back. */
  isGivenWhileLimited(answer: Answer, now: number): boolean {
    const staleForMs = now - this.freshUntil(answer);
    return !answer.failed && staleForMs >= 0 && staleForMs < this.lifetimeOf(answer).staleWhileLimited;
  }

  /** Whether an answer is given at once that has just come from the store. */
  isGivenNow(answer: NewAnswer, now: number): boolean {
    return now - this.freshUntil(answer) < this.lifetimeOf(answer).staleWhileRevalidate;
  }

  /** How long an answer is of any use. */
  keptForMs(answer: NewAnswer): number {
    const { ttl, staleWhileRevalidate, staleIfError, staleWhileLimited } = this.lifetimeOf(answer);
    return ttl + Math.max(staleWhileRevalidate, staleIfError, staleWhileLimited);
  }

  /** Whether an answer that is of use is given in place of a failure. */
  isGivenForFailure(answer: NewAnswer, now: number): boolean {
    return now - this.freshUntil(answer) < this.lifetimeOf(answer).staleIfError;
  }

  /** Whether an answer that is no failure may still be given. */
  isOfUse(answer: NewAnswer, now: number): boolean {
    const { staleWhileRevalidate, staleIfError, staleWhileLimited } = this.lifetimeOf(answer);
    const usableForMs = Math.max(staleWhileRevalidate, staleIfError, staleWhileLimited);
    return !answer.failed && now - this.freshUntil(answer) < usableForMs;
  }

  /** Drops the answers that `isMeant` says are meant; how many there were. */
  forget(isMeant: (answer: Answer) => boolean): number {
    return this.region.forget(isMeant);
  }

  /** Keeps what is there as far as it fits. */
  reconfigure(settings: CacheSettings): void {
    this.settings = settings;
    this.region.resize(settings);
    this.region.forEach((answer) => (answer.hitUntil = this.hitUntil(answer)));
  }

  private lifetimeOf({ lifetime }: NewAnswer): Lifetime {
    return lifetime !== undefined && this.settings.honorCacheControl ? lifetime : this.settings;
  }

  /** Answers that hosts share are looked for in the store from time to time, however fresh. */
  private hitUntil(answer: Answer): number {
    const { localTtl = Infinity } = this.settings.shared ?? {};
    return Math.min(this.freshUntil(answer), answer.knownAt + localTtl);
  }
}
