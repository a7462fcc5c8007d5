import type { WindowCounts } from '../../counting/window-counts.js';

const FAILED = 1;
const SLOW = 2;
/** A word holds 2⁴ calls, with two bits each. */
const WORD_SHIFT = 4;
const PER_WORD = 1 << WORD_SHIFT;

/** The last `size` calls, in a ring of bits, slow beside failed, with running counts. Recording allocates nothing. */
export class CountWindow implements WindowCounts {
  total = 0;
  failed = 0;
  slow = 0;
  private readonly words: number[];
  /** Where the next call goes. */
  private at = 0;

  constructor(readonly size: number) {
    this.words = new Array<number>(Math.ceil(size / PER_WORD)).fill(0);
  }

  record(failed: boolean, slow: boolean): void {
    const { at } = this;
    const before = this.bitsAt(at);
    const bits = (failed ? FAILED : 0) | (slow ? SLOW : 0);
    // The bits of a call that was never made are zero: as long as the ring is not full, nothing is taken away.
    if (this.total < this.size) this.total++;
    if (bits !== before) {
      this.words[at >> WORD_SHIFT]! ^= (bits ^ before) << shiftOf(at);
      this.failed += (bits & FAILED) - (before & FAILED);
      this.slow += ((bits & SLOW) - (before & SLOW)) >> 1;
    }
    this.at = at + 1 === this.size ? 0 : at + 1;
  }

  /** Notes that a call has failed after which so many others were recorded, unless it has left the window. */
  markFailed(after: number): void {
    if (after >= this.total) return;
    const index = (this.at - 1 - after + this.size) % this.size;
    if ((this.bitsAt(index) & FAILED) !== 0) return;
    this.words[index >> WORD_SHIFT]! |= FAILED << shiftOf(index);
    this.failed++;
  }

  /** Another size, with as many of the latest calls as it can hold. */
  resized(size: number): CountWindow {
    const window = new CountWindow(size);
    for (let back = Math.min(this.total, size); back > 0; back--) {
      const bits = this.bitsAt((this.at - back + this.size) % this.size);
      window.record((bits & FAILED) !== 0, (bits & SLOW) !== 0);
    }
    return window;
  }

  clear(): void {
    this.words.fill(0);
    this.total = this.failed = this.slow = this.at = 0;
  }

  private bitsAt(index: number): number {
    return (this.words[index >> WORD_SHIFT]! >>> shiftOf(index)) & (FAILED | SLOW);
  }
}

function shiftOf(index: number): number {
  return (index & (PER_WORD - 1)) << 1;
}
