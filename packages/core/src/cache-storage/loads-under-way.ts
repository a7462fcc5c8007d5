/** Work that fetches an answer. */
interface Load {
  readonly key: string;
}

/** The answers that are on their way, at most one for each key that callers may wait for. */
export class LoadsUnderWay<L extends Load> {
  private readonly joinable = new Map<string, L>();
  /** Those that no further caller may wait for included. */
  private readonly all = new Set<L>();

  /** How many there are that callers may wait for. */
  get size(): number {
    return this.joinable.size;
  }

  get(key: string): L | undefined {
    return this.joinable.get(key);
  }

  add(load: L, isJoinable = true): void {
    if (isJoinable) this.joinable.set(load.key, load);
    this.all.add(load);
  }

  /** Lets no further caller wait for a load, which goes on. */
  close(load: L): void {
    if (this.joinable.get(load.key) === load) this.joinable.delete(load.key);
  }

  drop(load: L): void {
    this.all.delete(load);
    this.close(load);
  }

  /** Answers asked for before now are out of date: the callers that wait for them get them, and no others. */
  outdate(isMeant: (load: L) => boolean, mark: (load: L) => void): void {
    for (const load of this.all) {
      if (!isMeant(load)) continue;
      mark(load);
      this.close(load);
    }
  }
}
