/** Something whose time runs out. */
export interface Expiring {
  expiresAt: number;
  /** Its place in the queue; -1 while it has none. */
  expiryPlace: number;
}

/** Entries in the order in which their time runs out, as a binary heap: each takes log n steps to come and to go. */
export class ExpiryQueue<T extends Expiring> {
  private readonly heap: T[] = [];

  /** The entry whose time runs out first. */
  get first(): T | undefined {
    return this.heap[0];
  }

  add(entry: T): void {
    this.place(entry, this.heap.length);
    this.rise(entry);
  }

  /** Does nothing for an entry that has no place. */
  remove(entry: T): void {
    const { expiryPlace: at } = entry;
    if (at === -1) return;
    entry.expiryPlace = -1;
    const last = this.heap.pop()!;
    if (last === entry) return;
    this.place(last, at);
    this.move(last);
  }

  /** The time of an entry is another one now. */
  move(entry: T): void {
    this.rise(entry);
    this.sink(entry);
  }

  clear(): void {
    for (const entry of this.heap) entry.expiryPlace = -1;
    this.heap.length = 0;
  }

  private rise(entry: T): void {
    while (entry.expiryPlace > 0) {
      const above = this.heap[(entry.expiryPlace - 1) >> 1]!;
      if (above.expiresAt <= entry.expiresAt) return;
      this.swap(entry, above);
    }
  }

  private sink(entry: T): void {
    for (;;) {
      const below = this.soonerBelow(entry.expiryPlace);
      if (below === undefined || below.expiresAt >= entry.expiresAt) return;
      this.swap(entry, below);
    }
  }

  private soonerBelow(place: number): T | undefined {
    const left = this.heap[2 * place + 1];
    const right = this.heap[2 * place + 2];
    return right !== undefined && right.expiresAt < left!.expiresAt ? right : left;
  }

  private swap(one: T, other: T): void {
    const { expiryPlace } = one;
    this.place(one, other.expiryPlace);
    this.place(other, expiryPlace);
  }

  private place(entry: T, at: number): void {
    this.heap[at] = entry;
    entry.expiryPlace = at;
  }
}
