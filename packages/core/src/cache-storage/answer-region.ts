import { LRUCache } from 'lru-cache';

/** One answer as it is kept in this process. */
export interface KeptAnswer {
  /** By which it can be invalidated. */
  readonly tags: readonly string[];
  /** Its size in memory, about. */
  readonly bytes: number;
}

/** How much is kept. Beyond it, the least recently used make room. */
export interface RegionBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

export const REGION_DEFAULTS: RegionBounds = { maxEntries: 1000, maxBytes: 64 * 1024 * 1024 };

/**
 * The answers of one method, or of a provider's HTTP client, by key. Sets no timer and reads no clock: what has expired
 * goes when its place is needed, or when its owner deletes it.
 */
export class AnswerRegion<Answer extends KeptAnswer = KeptAnswer> {
  private byKey: LRUCache<string, Answer>;

  /** `onGrown` is called when an answer was put in. */
  constructor(
    private bounds: RegionBounds,
    private readonly onGrown: () => void,
  ) {
    this.byKey = within(bounds);
  }

  get entries(): number {
    return this.byKey.size;
  }

  get bytes(): number {
    return this.byKey.calculatedSize;
  }

  get maxBytes(): number {
    return this.bounds.maxBytes;
  }

  /** Also an answer past its time: how long it may be given is up to its owner. */
  get(key: string): Answer | undefined {
    return this.byKey.get(key);
  }

  /** `false` where it is larger than all that may be kept: then nothing is kept under the key. */
  set(key: string, answer: Answer): boolean {
    const size = Math.max(1, Math.ceil(answer.bytes));
    this.byKey.set(key, answer, { size });
    if (size > this.bounds.maxBytes) return false;
    this.onGrown();
    return true;
  }

  delete(key: string): boolean {
    return this.byKey.delete(key);
  }

  /** Deletes the answers that `isMeant` selects; how many there were. */
  forget(isMeant: (answer: Answer, key: string) => boolean): number {
    const keys = [...this.byKey.entries()].filter(([key, answer]) => isMeant(answer, key)).map(([key]) => key);
    for (const key of keys) this.byKey.delete(key);
    return keys.length;
  }

  forEach(each: (answer: Answer) => void): void {
    this.byKey.forEach((answer) => each(answer));
  }

  /** Deletes the least recently used. */
  shed(): void {
    this.byKey.pop();
  }

  /** Takes other bounds over, and keeps what fits. */
  resize(bounds: RegionBounds): void {
    const { maxEntries, maxBytes } = this.bounds;
    this.bounds = bounds;
    if (maxEntries === bounds.maxEntries && maxBytes === bounds.maxBytes) return;
    const standing = this.byKey;
    this.byKey = within(bounds);
    this.byKey.load(standing.dump());
    this.onGrown();
  }
}

function within<Answer extends KeptAnswer>({ maxEntries, maxBytes }: RegionBounds): LRUCache<string, Answer> {
  return new LRUCache({ max: maxEntries, maxSize: maxBytes });
}
