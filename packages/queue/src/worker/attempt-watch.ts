/** Tells those that wait for an attempt at a job when one has ended, or that none begins for now. */
export class AttemptWatch {
  private readonly waiting = new Map<string, Set<() => void>>();
  private closed = false;

  /** Calls `listener` once, at the end of the next attempt at the job or when jobs are held back. */
  next(id: string, listener: () => void): () => void {
    if (this.closed) listener();
    const listeners = this.waiting.get(id) ?? new Set();
    this.waiting.set(id, listeners.add(listener));
    return () => {
      if (listeners.delete(listener) && listeners.size === 0) this.waiting.delete(id);
    };
  }

  ended(id: string): void {
    if (this.waiting.size === 0) return;
    const listeners = this.waiting.get(id);
    this.waiting.delete(id);
    for (const listener of listeners ?? []) listener();
  }

  held(): void {
    for (const id of this.waiting.keys()) this.ended(id);
  }

  /** No attempt begins any more. */
  close(): void {
    this.closed = true;
    this.held();
  }
}
