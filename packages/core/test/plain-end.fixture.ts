/** How an attempt has ended for its operation. */
export interface End {
  readonly how: string;
  readonly isRefusal: boolean;
  readonly isRepeatable: boolean;
  readonly askedMs: number;
}

export const refusal = (how: string): End => ({ how, isRefusal: true, isRepeatable: false, askedMs: 0 });
export const timeout = (scope: string): End => ({
  how: `TIMEOUT ${scope}`,
  isRefusal: false,
  isRepeatable: true,
  askedMs: 0,
});

/** Tells of the abort of an operation: by its caller, or its total timeout. */
export class Aborts {
  end: End | undefined;
  private readonly listeners = new Set<(end: End) => void>();

  abort(end: End): void {
    if (this.end !== undefined) return;
    this.end = end;
    for (const listener of this.listeners) listener(end);
  }

  /** Returns what takes the listener away. */
  on(listener: (end: End) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
