/** Names of events: one name, or several with `*` for any characters, as in `'charge.*'`. */
export class EventPattern {
  private readonly pattern: RegExp;

  constructor(readonly text: string) {
    const parts = text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    this.pattern = new RegExp(`^${parts.join('.*')}$`, 's');
  }

  matches(type: string): boolean {
    return this.pattern.test(type);
  }

  /** Ranks patterns that match the same name: a whole name first, then the most characters. */
  get precision(): number {
    return this.text.includes('*') ? this.text.replaceAll('*', '').length : Infinity;
  }
}
