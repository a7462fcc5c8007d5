/**
 * Writes down how far a job is: one write at a time, and of all that is said meanwhile the last word alone. A processor
 * that tells of each of a hundred thousand rows is not slowed down by as many writes, nor is the driver.
 */
export class ProgressNotes {
  private latest = '';
  private next: Promise<void> | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly write: (progress: string) => Promise<void>) {}

  /** Resolves once this, or a later word, is written down. */
  note(progress: string): Promise<void> {
    this.latest = progress;
    return (this.next ??= this.afterLast());
  }

  /** Resolves once no write is under way any more, failed ones included. */
  written(): Promise<void> {
    return this.last;
  }

  private afterLast(): Promise<void> {
    const written = this.last.then(() => {
      this.next = undefined;
      return this.write(this.latest);
    });
    // A processor that does not wait for it would end the process while the driver is away.
    this.last = written.catch(() => undefined);
    return written;
  }
}
