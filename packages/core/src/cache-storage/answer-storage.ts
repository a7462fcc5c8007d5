import { SharedState } from '../engine/shared-state.js';
import { AnswerShelf, type KeptAnswer, type ShelfBounds } from './answer-shelf.js';

/**
 * All answers of one provider that are kept in this process: a shelf for each cached method, and one for its HTTP
 * client. Together they take no more bytes than the largest bound of a single shelf: where there is no room, the least
 * recently used goes of the shelf that holds the most.
 */
export class AnswerStorage {
  /** Weakly: a shelf goes with its owner, such as a policy that newer settings leave out. */
  private refs: WeakRef<AnswerShelf>[] = [];

  shelf<Answer extends KeptAnswer>(bounds: ShelfBounds): AnswerShelf<Answer> {
    const shelf = new AnswerShelf<Answer>(bounds, () => this.makeRoom());
    this.refs = [...this.refs.filter((ref) => ref.deref() !== undefined), new WeakRef(shelf as unknown as AnswerShelf)];
    return shelf;
  }

  private makeRoom(): void {
    // A single shelf keeps to its bounds by itself.
    if (this.refs.length === 1) return;
    const shelves = this.refs.map((ref) => ref.deref()).filter((shelf) => shelf !== undefined);
    const maxBytes = Math.max(...shelves.map((shelf) => shelf.maxBytes));
    while (totalOf(shelves) > maxBytes) largestOf(shelves).shed();
  }
}

export const ANSWERS = new SharedState(() => new AnswerStorage());

function totalOf(shelves: readonly AnswerShelf[]): number {
  return shelves.reduce((total, { bytes }) => total + bytes, 0);
}

function largestOf(shelves: readonly AnswerShelf[]): AnswerShelf {
  return shelves.reduce((largest, shelf) => (shelf.bytes > largest.bytes ? shelf : largest));
}
