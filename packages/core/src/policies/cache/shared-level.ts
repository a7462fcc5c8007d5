import { AskingTurn } from '../../cache-storage/asking-turn.js';
import { estimatedBytes } from '../../cache-storage/estimated-bytes.js';
import { marksOf } from '../../cache-storage/question.js';
import { sharedAnswersOf, type SharedAnswer, type SharedAnswers } from '../../cache-storage/shared-answers.js';
import type { Environment } from '../../engine/policy.js';
import { restoredValue, storedValue } from '../../values/stored-value.js';
import type { CacheReport } from './cache-report.js';
import type { SharedSettings } from './cache.options.js';
import type { Lifetime, NewAnswer } from './kept-answers.js';
import type { SharedLoad } from './shared-load.js';

/** Told what the store says of an answer. */
interface Asked {
  /** Whether an answer in the store makes a call needless. */
  serves(answer: NewAnswer): boolean;
  /** The answer has been invalidated. */
  voided(): void;
}

/**
 * How long hosts do not wait for each other after a result that they cannot share: most of the method's are alike then.
 */
const UNSHAREABLE_MS = 60_000;

/** An answer as it is written: see `storedValue`. */
interface Written {
  readonly value: unknown;
  readonly tookMs: number;
  readonly by: string;
  readonly lifetime?: Lifetime | undefined;
}

/** The answers of one method in the store, where all hosts read them. */
export class SharedLevel {
  readonly answers: SharedAnswers;
  private unshareableUntil = -Infinity;

  constructor(
    private settings: SharedSettings,
    private readonly report: CacheReport,
    private readonly environment: Environment,
  ) {
    this.answers = sharedAnswersOf(environment);
  }

  reconfigure(settings: SharedSettings): void {
    this.settings = settings;
  }

  /**
   * An answer in the store that `serves`, or this host's turn to ask the provider. `undefined`: it asks by itself.
   * Never rejects.
   */
  async ask(load: SharedLoad, { serves, voided }: Asked): Promise<NewAnswer | AskingTurn | undefined> {
    const { clock } = this.environment;
    if (clock.now() < this.unshareableUntil) return undefined;
    const { key, subject } = load.of;
    const { lease: leaseMs, wait: waitMs } = this.settings;
    let found: NewAnswer | undefined;
    const isServed = (answer: SharedAnswer) => {
      found = this.read(answer, load);
      return found !== undefined && serves(found);
    };
    const asking = { leaseMs, waitMs, signal: load.call.signal, serves: isServed, voided };
    try {
      const asked = await this.answers.ask({ key, marks: marksOf({ ...subject }) }, asking);
      if (asked instanceof AskingTurn) return asked;
      return typeof asked === 'string' ? undefined : found;
    } catch {
      // The callers have left.
      return undefined;
    }
  }

  /** Puts an answer into the store, and ends the turn. Never rejects. */
  async share(
    turn: AskingTurn,
    { subject, result, tags, tookMs, by, lifetime }: NewAnswer,
    keepMs: number,
  ): Promise<void> {
    const text = result.ok ? textOf(result.value, { tookMs, by, lifetime }) : undefined;
    if (text !== undefined && text.length <= this.settings.maxEntryLength) return turn.share({ text, tags }, keepMs);
    if (text === undefined) this.unshareableUntil = this.environment.clock.now() + UNSHAREABLE_MS;
    this.report.notShared(text === undefined ? 'value' : 'size', subject.operation);
    return turn.end();
  }

  private read({ text, tags, ageMs }: SharedAnswer, load: SharedLoad): NewAnswer | undefined {
    const now = this.environment.clock.now();
    try {
      const { value: stored, tookMs, by, lifetime } = JSON.parse(text) as Written;
      if (typeof by !== 'string' || !Number.isFinite(tookMs)) throw new TypeError('no answer of a method');
      const value = restoredValue(stored);
      const bytes = estimatedBytes(value);
      const { subject, number } = load.of;
      const result = { ok: true, value } as const;
      return {
        load: number,
        by,
        lifetime,
        subject,
        result,
        failed: false,
        at: now - ageMs,
        knownAt: now,
        tookMs,
        tags,
        bytes,
      };
    } catch {
      this.answers.unreadable();
      return undefined;
    }
  }
}

/** `undefined` for what is no plain data. */
function textOf(value: unknown, beside: Omit<Written, 'value'>): string | undefined {
  try {
    return JSON.stringify({ value: storedValue(value), ...beside });
  } catch {
    return undefined;
  }
}
