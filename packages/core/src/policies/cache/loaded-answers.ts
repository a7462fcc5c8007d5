import { randomUUID } from 'node:crypto';
import { estimatedBytes } from '../../cache-storage/estimated-bytes.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import type { Outcome, Settled } from '../../outcome/outcome.js';
import { isSingleUse } from '../../values/single-use.js';
import type { CacheReport } from './cache-report.js';
import type { CacheSettings } from './cache.options.js';
import type { BypassReason, CacheEvents } from './cache.telemetry.js';
import type { Answer, KeptAnswers, NewAnswer } from './kept-answers.js';
import { lifetimeOf } from './noted-lifetime.js';
import type { SharedLoad } from './shared-load.js';
import { tagsOf, tagsOfFailure } from './tags-of.js';

/**
 * How long the provider is not asked again after a failure that a stale answer outlives, unless the failure says for
 * longer, in milliseconds.
 */
const PAUSE_MS = 1000;
/** An error that is kept takes about as much. */
const FAILURE_BYTES = 1000;

/** Decides what becomes of the results of loads: who gets them, and whether they are kept. */
export class LoadedAnswers {
  /** Tells the answers of this host from those of others. */
  private readonly id = randomUUID();

  constructor(
    private settings: CacheSettings,
    private readonly parts: {
      readonly answers: KeptAnswers;
      readonly report: CacheReport;
      readonly environment: EnvironmentOf<CacheEvents>;
    },
  ) {}

  reconfigure(settings: CacheSettings): void {
    this.settings = settings;
  }

  /** Settles those who wait with the result, or with what stands in for it. Returns the answer that is kept. */
  settle(load: SharedLoad, result: Settled): NewAnswer | undefined {
    let kept: NewAnswer | undefined;
    const { key, subject, inBackground } = load.of;
    const now = this.parts.environment.clock.now();
    const outcome = this.parts.environment.classify(result, load.call);
    const failed = outcome.kind !== 'success';
    if (this.isForOne(load)) {
      load.unshared = 'credential';
      load.deliver((waiter, first) => waiter.resolve(first ? result : undefined));
      return this.refuse('credential', load);
    }
    const standing = failed && !load.outdated ? this.outliving(key, outcome, now) : undefined;
    if (standing !== undefined && this.parts.answers.isGivenForFailure(standing, now)) {
      const calls = load.deliver((waiter) => waiter.resolve(this.ownResult(standing.result)));
      const detail = { outcome: outcome.kind, ageMs: now - standing.at };
      this.parts.report.stoodIn(calls, detail, subject.operation);
    } else if (!this.isShareable(result)) {
      load.deliver((waiter, first) => waiter.resolve(first ? result : undefined));
      this.parts.report.bypassed('result', subject.operation);
    } else {
      // An error that `classify` calls a success is neither an answer nor one of `errors`.
      const isKept = failed ? standing === undefined && this.isKeptFailure(outcome) : result.ok;
      if (isKept && !load.outdated) kept = this.keep(load, result, failed, now);
      load.deliver((waiter) => waiter.resolve(this.ownResult(result)));
    }
    if (failed && inBackground) this.parts.report.refreshFailed(outcome.kind, subject.operation);
    return kept;
  }

  /** The value as it is given to one caller. */
  own<T>(value: T): T {
    return this.settings.clone && typeof value === 'object' ? structuredClone(value) : value;
  }

  /** The same for a result. */
  ownResult(result: Settled): Settled {
    return result.ok && this.settings.clone ? { ok: true, value: this.own(result.value) } : result;
  }

  /**
   * The answer that a failure leaves in place, if it may still be given: then the provider is left alone for a while.
   */
  private outliving(key: string, outcome: Outcome, now: number): Answer | undefined {
    const standing = this.parts.answers.get(key);
    if (standing === undefined) return undefined;
    if (isRefusedByProvider(outcome) || !this.parts.answers.isOfUse(standing, now)) {
      this.parts.answers.delete(key);
      return undefined;
    }
    standing.pausedUntil = now + Math.max(PAUSE_MS, outcome.retryAfterMs ?? 0);
    return standing;
  }

  private isKeptFailure({ kind }: Outcome): boolean {
    const { errors } = this.settings;
    return errors !== false && errors.kinds.some((kept) => kept === kind);
  }

  private keep(load: SharedLoad, result: Settled, failed: boolean, now: number): NewAnswer | undefined {
    const { key, subject, number } = load.of;
    const tags = this.tagsOf(load, result);
    if (tags === undefined) return this.refuse('tags', load);
    // A later load may have its answer already.
    const lifetime = result.ok ? lifetimeOf(load.call.nesting?.notes, this.settings) : undefined;
    if (lifetime === 'none') return this.refuse('no-store', load);
    if (load.isVoid(tags) || (this.parts.answers.get(key)?.load ?? 0) > number) return undefined;
    const times = { at: now, knownAt: load.startedAt, tookMs: now - load.startedAt };
    const bytes = result.ok ? estimatedBytes(result.value) : FAILURE_BYTES;
    const by = `${this.id}:${number}`;
    const answer = { load: number, by, subject, result, failed, lifetime, ...times, tags, bytes };
    return this.parts.answers.set(key, answer) ? answer : this.refuse('size', load);
  }

  /** Keeps nothing under the key. */
  private refuse(reason: BypassReason, { of: { key, subject } }: SharedLoad): undefined {
    this.parts.answers.delete(key);
    this.parts.report.bypassed(reason, subject.operation);
  }

  /** `undefined` where the user's function has failed: an answer that cannot be invalidated must not be kept. */
  private tagsOf({ call, of }: SharedLoad, result: Settled): readonly string[] | undefined {
    if (!result.ok) return tagsOfFailure(this.settings);
    try {
      return tagsOf(this.settings, { result: result.value, args: call.args, receiver: call.receiver });
    } catch (error) {
      this.parts.environment.callbackFailed('cache.tags', error, of.subject.operation);
      return undefined;
    }
  }

  /** Whether it may be an answer for one user, as nothing tells those of several apart. */
  private isForOne({ call: { nesting } }: SharedLoad): boolean {
    const { varyOnCredential, vary, key } = this.settings;
    return nesting?.notes?.foreignCredential === true && varyOnCredential && vary === undefined && key === undefined;
  }

  /** Whether a result can be given to more than one caller. */
  private isShareable(result: Settled): boolean {
    if (!result.ok) return true;
    if (isSingleUse(result.value)) return false;
    try {
      this.own(result.value);
      return true;
    } catch {
      return false;
    }
  }
}

/** Whether the provider itself says no, so that what it said before does not hold any more. */
function isRefusedByProvider({ kind }: Outcome): boolean {
  return kind === 'permanent' || kind === 'unauthorized';
}
