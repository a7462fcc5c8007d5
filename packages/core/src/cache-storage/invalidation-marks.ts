import { MARKED_MS } from './lifetimes.js';
import { hashed, marksFor, type Invalidation } from './question.js';
import type { Store } from '../store/store.js';
import type { StoreReach } from './store-reach.js';

/** More invalidations than this, while the store is away, become one of everything. */
const MOST_UNTOLD = 10_000;
/** So many marks are set at once: a store has to set them all before it counts as away. */
const MOST_AT_ONCE = 50;

/**
 * The marks in the store that say what all hosts have to forget: a host that no message reaches does not read a void
 * answer either. Those that cannot be set while the store is away are set before anything else once it is back.
 */
export class InvalidationMarks {
  /** Invalidations of which the store does not know yet. */
  private untold: Invalidation[] = [];
  private telling: Promise<void> | undefined;

  constructor(
    private readonly parts: {
      readonly provider: string;
      readonly store: Store;
      readonly reach: StoreReach;
      /** Told of each that is marked. */
      onMarked(invalidation: Invalidation): void;
    },
  ) {}

  /** Rejects where the store is away. */
  set(invalidations: readonly Invalidation[]): Promise<void> {
    this.keepUntold(invalidations);
    return this.tellAll();
  }

  /** Whether there are some that the store does not have yet. */
  get isBehind(): boolean {
    return this.telling !== undefined || this.untold.length > 0;
  }

  /** Sets those that the store does not have yet. Rejects where it is still away. */
  catchUp(): Promise<void> {
    return this.tellAll();
  }

  /** The place of a mark in the store. */
  keyOf(mark: string): string {
    return `cache:${this.parts.provider}:void:${hashed(mark)}`;
  }

  private async tellAll(): Promise<void> {
    // Some may have been added just when the last of them were told.
    do await (this.telling ??= this.tell().finally(() => (this.telling = undefined)));
    while (this.untold.length > 0);
  }

  private async tell(): Promise<void> {
    const { store, reach, onMarked } = this.parts;
    const mark = (name: string) => store.put(this.keyOf(name), '1', { ttlMs: MARKED_MS, if: 'always' });
    while (this.untold.length > 0) {
      // More may be added while the store is told of these, or all of it may become one.
      const told = this.untold.splice(0, MOST_AT_ONCE);
      const marks = [...new Set(told.flatMap(marksFor))];
      try {
        for (let done = 0; done < marks.length; done += MOST_AT_ONCE) {
          await reach.ask(() => Promise.all(marks.slice(done, done + MOST_AT_ONCE).map(mark)));
        }
      } catch (error) {
        this.keepUntold(told);
        throw error;
      }
      for (const invalidation of told) onMarked(invalidation);
    }
  }

  private keepUntold(invalidations: readonly Invalidation[]): void {
    const all = [...this.untold, ...invalidations];
    this.untold = all.length > MOST_UNTOLD ? [{}] : all;
  }
}
