import { LRUCache } from 'lru-cache';
import { retryAfterMs } from '../../headers/retry-after.js';
import type { AnswerHead } from './stored-answer.js';

/** How long the provider is not asked again after a failure that a stale answer outlives, unless it says for longer. */
const PAUSE_MS = 1000;
const MOST_PAUSES = 1000;

/** The requests that have failed of late, so that stale answers are given without asking again at once. */
export class FailurePauses {
  private readonly until = new LRUCache<string, number>({ max: MOST_PAUSES });

  isPaused(key: string, now: number): boolean {
    return now < (this.until.get(key) ?? 0);
  }

  /** `now` is monotonic, `wallNow` the time by which dates in `answer` are read. */
  pause(key: string, answer: AnswerHead | undefined, { now, wallNow }: { now: number; wallNow: number }): void {
    const wanted = answer && retryAfterMs(answer.headers, wallNow);
    this.until.set(key, now + Math.max(PAUSE_MS, wanted ?? 0));
  }

  end(key: string): void {
    this.until.delete(key);
  }
}
