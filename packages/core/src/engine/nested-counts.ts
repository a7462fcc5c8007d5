/**
 * Remembers by which gates and observers the calls that are made in a call were counted, at whatever depth: a request
 * that passes two decorated methods of a provider on its way is one request.
 */
export class NestedCounts {
  /** Whether any of them has failed, by what has counted it. */
  private readonly failureBy = new Map<unknown, boolean>();

  constructor(
    /** The same of the call in which this one is made. */
    readonly above: NestedCounts | undefined,
  ) {}

  /** A call made in this one was counted by `by`. */
  note(by: unknown, failed: boolean): void {
    this.failureBy.set(by, failed || this.failureBy.get(by) === true);
    this.above?.note(by, failed);
  }

  /** Whether `by` has counted the calls that made this one end so. A failure of its own is none of theirs. */
  cover(by: unknown, failed: boolean): boolean {
    const hasFailed = this.failureBy.get(by);
    return hasFailed !== undefined && (hasFailed || !failed);
  }
}

/** A call, as far as it counts in others. */
interface Counted {
  readonly provider: string;
  /** The call in whose method it is made. */
  readonly accountableTo: Counted | undefined;
  /** The call of the operation that it is an attempt of. */
  readonly root: Counted;
  counts: NestedCounts | undefined;
}

/**
 * To be called by what counts calls, when one begins: what this one comes to counts once, also where it is made in
 * another. Returns whether it is made in one of the same provider.
 */
export function countOnce(call: Counted): boolean {
  if (call.counts?.above !== undefined) return true;
  const { root } = call;
  if (root !== call) {
    if (!countOnce(root)) return false;
    call.counts = new NestedCounts(root.counts);
    return true;
  }
  for (let outer = call.accountableTo; outer !== undefined; outer = outer.accountableTo) {
    if (outer.provider !== call.provider) continue;
    call.counts = new NestedCounts(countsOf(outer));
    return true;
  }
  return false;
}

/** The counts of a call: those of an attempt are its operation's, too. */
function countsOf(call: Counted): NestedCounts {
  return (call.counts ??= new NestedCounts(call.root === call ? undefined : countsOf(call.root)));
}
