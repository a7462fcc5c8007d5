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

  /** Of several patterns that match, the one that says most counts: a whole name, otherwise the most characters. */
  get precision(): number {
    return this.text.includes('*') ? this.text.replaceAll('*', '').length : Infinity;
  }
}
