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
