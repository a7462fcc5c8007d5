/**
 * Remembers which gates have counted the calls that are made in a call, at whatever depth: a request that passes two
 * decorated methods of a provider on its way is one request.
 */
export class NestedCounts {
  private readonly failureBy = new Map<unknown, boolean>();

  constructor(
    /** The same of the call in which this one is made. */
    readonly above: NestedCounts | undefined,
  ) {}

  /** To be called when a call made in this one was counted by `gate`. */
  note(gate: unknown, failed: boolean): void {
    this.failureBy.set(gate, failed || this.failureBy.get(gate) === true);
    this.above?.note(gate, failed);
  }

  /** Whether `gate` has counted the calls that made this one end so. A failure of its own is none of theirs. */
  cover(gate: unknown, failed: boolean): boolean {
    const hasFailed = this.failureBy.get(gate);
    return hasFailed !== undefined && (hasFailed || !failed);
  }
}

/** A call, as far as it counts in others. */
interface Counted {
  readonly provider: string;
  /** The call in whose method it is made. */
  readonly accountableTo: Counted | undefined;
  counts: NestedCounts | undefined;
}

/** To be called by a gate that counts calls: what this one comes to counts once, also where it is made in another. */
export function countOnce(call: Counted): void {
  for (let outer = call.accountableTo; outer !== undefined; outer = outer.accountableTo) {
    if (outer.provider !== call.provider) continue;
    outer.counts ??= new NestedCounts(undefined);
    call.counts = new NestedCounts(outer.counts);
    return;
  }
}
