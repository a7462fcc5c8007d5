/** Keeps the last lines of a text that arrives in pieces. */
export class LineTail {
  private lines: string[] = [];
  private rest = '';

  constructor(private readonly atMost: number) {}

  add(piece: string): void {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
    this.lines = [...this.lines, ...lines].slice(-this.atMost);
  }

  toString(): string {
    return [...this.lines, ...(this.rest ? [this.rest] : [])].slice(-this.atMost).join('\n');
  }
}
