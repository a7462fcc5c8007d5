import { messageOf } from '../errors/message-of.js';
import { withTimeLimit } from '../store/with-time-limit.js';
import type { Clock } from '../time/clock.js';

/** How long the store may take to answer, in milliseconds. */
const PATIENCE_MS = 250;
/** How long a store that is away is left alone. */
const AWAY_MS = 1000;

export interface StoreReachParts {
  readonly clock: Clock;
  /** The store is away. Told once, until it is back. */
  onAway(reason: string): void;
  onBack(): void;
}

/** Asks the store for what is shared, and leaves it alone for a while where it does not answer. */
export class StoreReach {
  private awayUntil: number | undefined;

  constructor(private readonly parts: StoreReachParts) {}

  /** Whether the last operation has failed. */
  get isAway(): boolean {
    return this.awayUntil !== undefined;
  }

  /** Rejects where the store does not answer in time, and at once while it is left alone. */
  async ask<T>(operation: () => Promise<T>): Promise<T> {
    const { clock } = this.parts;
    if (this.awayUntil !== undefined && clock.now() < this.awayUntil) throw new StoreAwayError();
    try {
      const onTimeout = () => new Error(`the store has not answered within ${PATIENCE_MS} ms`);
      const answer = await withTimeLimit(operation(), { clock, timeoutMs: PATIENCE_MS, onTimeout });
      this.back();
      return answer;
    } catch (error) {
      const isNew = this.awayUntil === undefined;
      this.awayUntil = clock.now() + AWAY_MS;
      if (isNew) this.parts.onAway(messageOf(error));
      throw error;
    }
  }

  private back(): void {
    if (this.awayUntil === undefined) return;
    this.awayUntil = undefined;
    this.parts.onBack();
  }
}

/** The store is left alone for a while. */
class StoreAwayError extends Error {
  override readonly name = 'StoreAwayError';

  constructor() {
    super('the store has not answered and is left alone for a while');
  }
}
