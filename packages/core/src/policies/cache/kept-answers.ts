import { LRUCache } from 'lru-cache';
import type { Settled } from '../../outcome/outcome.js';
import type { CacheSettings } from './cache.options.js';

/** Who asked, and what for. */
export interface Subject {
  readonly operation: string;
  readonly tenant: string | undefined;
  /** The key made of the arguments. */
  readonly id: string;
}

export interface Answer {
  readonly subject: Subject;
  readonly result: Settled;
  /** Whether it is a failure that is kept for a while. */
  readonly failed: boolean;
  /** When it came, and how long that took, in monotonic milliseconds. */
  readonly at: number;
  readonly tookMs: number;
  /** Until when the provider is not asked again, since it failed the last time. */
  pausedUntil: number;
}

/**
 * The answers that are kept, by key: a bounded number, the least recently used make room. Sets no timer: what has
 * expired goes when its place is needed. An answer's age is held against the settings of the moment, so new ones hold
 * for what is there.
 */
export class KeptAnswers {
  private byKey: LRUCache<string, Answer>;

  constructor(private settings: CacheSettings) {
    this.byKey = new LRUCache({ max: settings.maxEntries });
  }

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): Answer | undefined {
    return this.byKey.get(key);
  }

  set(key: string, answer: Answer): void {
    this.byKey.set(key, answer);
  }

  delete(key: string): void {
    this.byKey.delete(key);
  }

  freshUntil({ failed, at }: Answer): number {
    const { ttl, errors } = this.settings;
    if (!failed) return at + ttl;
    return errors === false ? at : at + errors.ttl;
  }

  /** Whether an answer that is not fresh is given at once all the same. */
  isGivenStale(answer: Answer, now: number): boolean {
    if (answer.failed) return false;
    const staleForMs = now - this.freshUntil(answer);
    if (staleForMs < this.settings.staleWhileRevalidate) return true;
    return now < answer.pausedUntil && staleForMs < this.settings.staleIfError;
  }

  /** Whether an answer that is of use is given in place of a failure. */
  isGivenForFailure(answer: Answer, now: number): boolean {
    return now - this.freshUntil(answer) < this.settings.staleIfError;
  }

  /** Whether an answer that is no failure may still be given. */
  isOfUse(answer: Answer, now: number): boolean {
    const { staleWhileRevalidate, staleIfError } = this.settings;
    return !answer.failed && now - this.freshUntil(answer) < Math.max(staleWhileRevalidate, staleIfError);
  }

  /** Drops the answers that `isMeant` says are meant; how many there were. */
  forget(isMeant: (subject: Subject) => boolean): number {
    const keys = [...this.byKey.entries()].filter(([, { subject }]) => isMeant(subject)).map(([key]) => key);
    for (const key of keys) this.byKey.delete(key);
    return keys.length;
  }

  /** Keeps what is there as far as it fits. */
  reconfigure(settings: CacheSettings): void {
    const before = this.settings;
    this.settings = settings;
    if (before.maxEntries === settings.maxEntries) return;
    const standing = this.byKey;
    this.byKey = new LRUCache({ max: settings.maxEntries });
    this.byKey.load(standing.dump());
  }
}
