/** How long a turn of the event loop may take that begins jobs, in milliseconds. */
const LONGEST_TURN_MS = 0.5;

const SHRINKS_TO = 0.75;

/**
 * How many jobs are begun in one turn of the event loop: as many as keep it short, so that the application's routes
 * have their turns between. It grows by one with each turn that was short enough, and
 * shrinks by a quarter with one that was not: the machine may have been busy with something else.
 */
export class JobsPerTurn {
  constructor(
    private readonly most: number,
    private now = most,
  ) {}

  get count(): number {
    return this.now;
  }

  /** A turn that began as many has taken so long, with all that others did in it. */
  took(ms: number): void {
    this.now =
      ms > LONGEST_TURN_MS ? Math.max(1, Math.floor(SHRINKS_TO * this.now)) : Math.min(this.most, this.now + 1);
  }
}
