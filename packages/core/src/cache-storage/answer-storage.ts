import { SharedState } from '../engine/shared-state.js';
import { AnswerRegion, type KeptAnswer, type RegionBounds } from './answer-region.js';

/**
 * All answers of one provider that are kept in this process: a region for each cached method, and one for its HTTP
 * client. Together they take no more bytes than the largest bound of a single region: where there is no room, the least
 * recently used goes of the region that holds the most.
 */
export class AnswerStorage {
  /** Weakly: a region goes with its owner, such as a policy that newer settings leave out. */
  private refs: WeakRef<AnswerRegion>[] = [];

  region<Answer extends KeptAnswer>(bounds: RegionBounds): AnswerRegion<Answer> {
    const region = new AnswerRegion<Answer>(bounds, () => this.makeRoom());
    this.refs = [
      ...this.refs.filter((ref) => ref.deref() !== undefined),
      new WeakRef(region as unknown as AnswerRegion),
    ];
    return region;
  }

  private makeRoom(): void {
    // A single region keeps to its bounds by itself.
    if (this.refs.length === 1) return;
    const regions = this.refs.map((ref) => ref.deref()).filter((region) => region !== undefined);
    const maxBytes = Math.max(...regions.map((region) => region.maxBytes));
    while (totalOf(regions) > maxBytes) largestOf(regions).shed();
  }
}

export const ANSWERS = new SharedState(() => new AnswerStorage());

function totalOf(regions: readonly AnswerRegion[]): number {
  return regions.reduce((total, { bytes }) => total + bytes, 0);
}

function largestOf(regions: readonly AnswerRegion[]): AnswerRegion {
  return regions.reduce((largest, region) => (region.bytes > largest.bytes ? region : largest));
}
