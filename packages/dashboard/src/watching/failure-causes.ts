import { isTimeoutError, type Outcome } from '@breakwater/core';
import type { FailuresView } from '../wire/frame.js';

const PERIOD_MS = 30_000;
/** The most that are told apart: names of errors are the application's, and may be anything. */
const MOST = 20;
const MOST_SHOWN = 5;
const OTHER = 'fails in other ways';
const CODE = /^[A-Z][A-Z0-9_]{2,39}$/;
const NAME = /^[A-Z]\w{1,39}$/;

/**
 * Counts how the failed calls of a provider have ended: of the latest 30 seconds in which there were any, and of the 30
 * before. Words of our own, statuses, codes and names of errors, never a message.
 */
export class FailureCauses {
  private current = new Map<string, number>();
  private previous = new Map<string, number>();
  private since = -Infinity;
  private at: number | undefined;

  note(outcome: Outcome, error: unknown, epochMs: number): void {
    if (epochMs - this.since >= PERIOD_MS) {
      this.previous = epochMs - this.since < 2 * PERIOD_MS ? this.current : new Map();
      this.current = new Map();
      this.since = epochMs;
    }
    this.at = epochMs;
    const found = causeOf(outcome, error);
    const cause = this.current.size < MOST || this.current.has(found) ? found : OTHER;
    this.current.set(cause, (this.current.get(cause) ?? 0) + 1);
  }

  /** The most frequent causes; `undefined` before the first failure. */
  view(): FailuresView | undefined {
    if (this.at === undefined) return undefined;
    const counts = new Map(this.previous);
    for (const [cause, count] of this.current) counts.set(cause, (counts.get(cause) ?? 0) + count);
    const causes = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_SHOWN);
    return { at: this.at, causes };
  }
}

/** Says what the provider does, as the end of a sentence. */
function causeOf({ status, kind }: Outcome, error: unknown): string {
  if (status !== undefined) return `answers ${status}`;
  if (isTimeoutError(error)) return 'does not answer in time';
  const word = wordOf(error);
  return word === undefined ? `fails (${kind})` : `fails with ${word}`;
}

/** The code of an error, or that of a cause; otherwise its name. */
function wordOf(error: unknown): string | undefined {
  let each = error;
  for (let depth = 0; depth < 5 && each instanceof Error; depth++, each = each.cause) {
    const { code } = each as { readonly code?: unknown };
    if (typeof code === 'string' && CODE.test(code)) return code;
  }
  return error instanceof Error && error.name !== 'Error' && NAME.test(error.name) ? error.name : undefined;
}
