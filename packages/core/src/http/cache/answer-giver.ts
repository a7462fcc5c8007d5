import { isResilienceError } from '../../errors/resilience-error.js';
import type { Clock } from '../../time/clock.js';
import type { CacheRequest } from './cache-request.js';
import { givenHeaders, type Handling } from './cache-status.js';
import type { FailurePauses } from './failure-pauses.js';
import type { Asked, Given } from './given.js';
import type { HttpCacheSettings } from './http-cache.options.js';
import type { HttpCacheReport } from './http-cache-report.js';
import type { Found } from './kept-responses.js';
import type { LiveAnswer } from './live-answer.js';
import type { StoredAnswer } from './stored-answer.js';
import { ageOf, standsInForError, standsInForWait, type Judged } from './verdict.js';

/** Statuses that a stale answer may stand in for (RFC 5861 §4). */
export const ERRORS = new Set([500, 502, 503, 504]);

/** Makes what a client gets of stored answers: as they are, or in place of a failure or a wait. */
export class AnswerGiver {
  constructor(
    private readonly parts: {
      readonly clock: Clock;
      readonly report: HttpCacheReport;
      readonly pauses: FailurePauses;
      settings(): HttpCacheSettings;
    },
  ) {}

  /** A stale answer in place of an answer that is a failure; `undefined` where none may stand in. */
  insteadOf<Raw>(asked: Asked<Raw>, { status }: LiveAnswer<Raw>): Given<Raw> | undefined {
    const judged = this.judged(asked.request, asked.found.stored);
    if (!ERRORS.has(status) || !standsInForError(judged)) return undefined;
    return this.standIn(asked, 'error', status);
  }

  /** The same in place of an error, which is thrown otherwise. */
  insteadOfError<Raw>(asked: Asked<Raw>, error: unknown): Given<Raw> {
    const judged = this.judged(asked.request, asked.found.stored);
    const isLimited = isResilienceError(error) && error.code === 'RATE_LIMITED';
    if (isLimited && standsInForWait(judged)) return this.insteadOfWait(asked);
    if (!standsInForError(judged)) throw error;
    return this.standIn(asked, 'error', null);
  }

  insteadOfWait<Raw>(asked: Asked<Raw>): Given<Raw> {
    return this.standIn(asked, 'limited', null);
  }

  private standIn<Raw>({ found, why }: Asked<Raw>, reason: 'error' | 'limited', status: number | null): Given<Raw> {
    const stored = found.stored!;
    const ageMs = Math.round(ageOf(stored, this.parts.clock.wallNow()) * 1000);
    this.parts.report.stoodIn({ why: reason, status, ageMs });
    const detail = reason === 'error' ? 'stale-if-error' : 'stale-while-limited';
    return this.give(stored, { forwarded: why, forwardStatus: status ?? undefined, detail });
  }

  /** A stored answer that needs no request. */
  hit<Raw>(stored: StoredAnswer): Given<Raw> {
    const isStale = ageOf(stored, this.parts.clock.wallNow()) >= stored.lifetime.freshFor;
    if (isStale) this.parts.report.stale++;
    else this.parts.report.hits++;
    return this.give(stored, isStale ? { detail: 'stale' } : {});
  }

  give<Raw>(stored: StoredAnswer, handling: Handling): Given<Raw> {
    return { from: 'cache', stored, headers: givenHeaders(stored, handling, this.parts.clock.wallNow()) };
  }

  /** Whether the provider has just failed, and the stale answer stands in for another failure. */
  isPaused(request: CacheRequest, { key, stored }: Found): boolean {
    return this.parts.pauses.isPaused(key, this.parts.clock.now()) && standsInForError(this.judged(request, stored));
  }

  judged(request: CacheRequest, stored: StoredAnswer | undefined): Judged {
    return { request, stored, settings: this.parts.settings(), now: this.parts.clock.wallNow() };
  }
}
