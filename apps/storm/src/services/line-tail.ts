/** Keeps the last lines of a text that arrives in pieces. */
export class LineTail {
  private complete: readonly string[] = [];
  private rest = '';

  constructor(private readonly atMost: number) {}

  /** Those that have ended. */
  get lines(): readonly string[] {
    return this.complete;
  }

  add(piece: string): void {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
    this.complete = [...this.complete, ...lines].slice(-this.atMost);
  }

  toString(): string {
    return [...this.complete, this.rest].join('\n').trimEnd();
  }
}
