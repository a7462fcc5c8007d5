import { withTimeLimit } from '../../../store/with-time-limit.js';
import type { Clock } from '../../../time/clock.js';
import type { LeaseAnswer, LeaseRule } from './lease-rule.js';

/** How long the store may take to answer: longer than any lease. */
const STORE_PATIENCE_MS = 100;
/** So many answers in a row that do not come make a store one that is away: one may be lost. */
const MOST_MISSED = 2;
/** How long a call waits to learn how long it would have to, whatever its own `wait` is. */
export const GRACE_MS = MOST_MISSED * STORE_PATIENCE_MS + 50;
/** How long a store that is away is left alone, and how long all hosts take to find that it is back. */
const AWAY_MS = 1000;
/** So many answers in a row that come after their lease has ended make a store one that is away. */
const MOST_LATE = 3;

interface ContactParts {
  readonly clock: Clock;
  /** Tokens are asked for after that. */
  readonly ready: Promise<unknown>;
  /** Tells the store, which may be back, what went out while it was away. */
  report(): Promise<void>;
  /** The store is away. Told once, until it is back. */
  onAway(error: unknown): void;
  onBack(): void;
}

/** Whether the store of a shared limit answers this host, and in time. */
export class StoreContact {
  /** Until when the store is left alone; `undefined` while it answers. */
  awayUntil: number | undefined = undefined;
  /** How many answers in a row have come too late. */
  private late = 0;
  /** How many in a row have not come. */
  private missed = 0;
  /** Whether the store has answered since it was away. */
  private hasReported = false;
  private rejoining: Promise<boolean> | undefined = undefined;
  private readonly ready: Promise<unknown>;

  constructor(private readonly parts: ContactParts) {
    this.ready = this.inTime(parts.ready).catch(() => void this.missed++);
  }

  /** The store's answer; `undefined` where none comes, or not in time. */
  async ask(rule: Pick<LeaseRule, 'leaseMs'>, ask: () => Promise<LeaseAnswer>): Promise<LeaseAnswer | undefined> {
    const { clock } = this.parts;
    try {
      await this.ready;
      if (this.awayUntil !== undefined && !(await this.rejoins())) return undefined;
      const askedAt = clock.now();
      const answer = await this.inTime(ask());
      this.noteTime(clock.now() - askedAt, rule);
      this.missed = 0;
      this.back();
      return answer;
    } catch (error) {
      this.missed++;
      if (!(error instanceof NotAnswered) || this.missed >= MOST_MISSED) this.lost(error);
      return undefined;
    }
  }

  /** The store could not be reached. */
  lost(error: unknown): void {
    const isNew = this.awayUntil === undefined;
    this.hasReported = false;
    this.awayUntil = this.parts.clock.now() + AWAY_MS;
    if (isNew) this.parts.onAway(error);
  }

  /** Rejects where the store does not answer in time. */
  inTime<T>(asked: Promise<T>): Promise<T> {
    const onTimeout = () => new NotAnswered(`the store has not answered within ${STORE_PATIENCE_MS} ms`);
    return withTimeLimit(asked, { clock: this.parts.clock, timeoutMs: STORE_PATIENCE_MS, onTimeout });
  }

  /** The same for all that ask while the store is told: it is told once, and they wait alike. */
  private rejoins(): Promise<boolean> {
    return (this.rejoining ??= this.tell().finally(() => (this.rejoining = undefined)));
  }

  /**
   * Whether this host goes by the store again: once it has told what went out meanwhile, and all others have had the
   * time to do the same.
   */
  private async tell(): Promise<boolean> {
    await this.parts.report();
    if (this.hasReported) return true;
    this.hasReported = true;
    this.awayUntil = this.parts.clock.now() + AWAY_MS;
    return false;
  }

  private noteTime(ms: number, { leaseMs }: Pick<LeaseRule, 'leaseMs'>): void {
    this.late = ms < leaseMs ? 0 : this.late + 1;
    if (this.late >= MOST_LATE) throw new Error(`the store takes ${Math.ceil(ms)} ms, and a lease lasts ${leaseMs} ms`);
  }

  private back(): void {
    if (this.awayUntil === undefined) return;
    this.awayUntil = undefined;
    this.parts.onBack();
  }
}

class NotAnswered extends Error {}
