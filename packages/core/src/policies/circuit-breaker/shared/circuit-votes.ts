/** One host's word that its circuit is open, for so much longer. */
export interface Vote {
  readonly circuit: string;
  readonly host: string;
  readonly openForMs: number;
}

/** More open circuits than this are not told apart. */
const MOST_VOTES = 1000;

/** The hosts that have found each circuit open by themselves, and until when. */
export class CircuitVotes {
  private readonly byCircuit = new Map<string, Map<string, number>>();
  private size = 0;

  /** Counts a host's vote, in place of the one that it may have given before; 0 takes it back. */
  cast({ circuit, host, openForMs }: Vote, now: number): void {
    const votes = this.byCircuit.get(circuit) ?? new Map<string, number>();
    if (votes.delete(host)) this.size--;
    if (openForMs > 0 && this.size < MOST_VOTES) {
      votes.set(host, now + openForMs);
      this.size++;
    }
    if (votes.size > 0) this.byCircuit.set(circuit, votes);
    else this.byCircuit.delete(circuit);
  }

  has(circuit: string, host: string): boolean {
    return this.byCircuit.get(circuit)?.has(host) === true;
  }

  /** For how much longer at least `quorum` hosts have a circuit open, and how many do now; nothing where fewer do. */
  verdict(circuit: string, quorum: number, now: number): { openForMs: number; hosts: number } | undefined {
    const left = [...(this.byCircuit.get(circuit)?.values() ?? [])].map((until) => until - now).filter((ms) => ms > 0);
    const openForMs = left.toSorted((a, b) => b - a)[quorum - 1];
    return openForMs === undefined ? undefined : { openForMs, hosts: left.length };
  }

  /** All that still count. */
  all(now: number): Vote[] {
    return [...this.byCircuit].flatMap(([circuit, votes]) =>
      [...votes].flatMap(([host, until]) => (until > now ? [{ circuit, host, openForMs: until - now }] : [])),
    );
  }
}
