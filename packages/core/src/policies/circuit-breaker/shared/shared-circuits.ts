import { SharedState } from '../../../engine/shared-state.js';
import type { Environment } from '../../../engine/policy.js';
import type { Unsubscribe } from '../../../store/bus.js';
import type { Clock } from '../../../time/clock.js';
import type { Timer } from '../../../time/timer.js';
import { CircuitVotes, type Vote } from './circuit-votes.js';

/** How often the store is looked into, where a bus tells of votes, and where none does. */
const LOOK_MS = 5000;
const LOOK_WITHOUT_BUS_MS = 1000;
/** How often a vote is written anew that another host's has come before. */
const MOST_TRIES = 8;

/** A circuit of this host that others may open. */
export interface VotedCircuit {
  readonly id: string;
  /** How many hosts must have found it open. */
  readonly quorum: number;
  /** So many hosts have it open, for so much longer. */
  adopt(openForMs: number, hosts: number): void;
}

type Where = Pick<Environment, 'store' | 'provider' | 'random'>;

/**
 * Circuits of one provider on all hosts. A host whose own calls have opened a circuit tells the others by the bus, and
 * in the store, where those find it that the bus does not reach or that start later. Nothing of it is on a call's way.
 */
export class SharedCircuits {
  private readonly circuits = new Map<string, VotedCircuit>();
  private readonly votes = new CircuitVotes();
  private where: Where | undefined;
  private host = '';
  private subscribed: Promise<Unsubscribe | undefined> | undefined;
  private timer: Timer | undefined;

  constructor(private readonly clock: Clock) {}

  join(circuit: VotedCircuit, where: Where): void {
    this.circuits.set(circuit.id, circuit);
    if (this.timer === undefined) this.start(where);
    else this.judge(circuit);
  }

  leave(circuit: VotedCircuit): void {
    if (this.circuits.get(circuit.id) !== circuit) return;
    this.circuits.delete(circuit.id);
    if (this.circuits.size === 0) this.stop();
  }

  /** This host's own calls have opened a circuit, for so long; 0: they have closed it. */
  vote(circuit: string, openForMs: number): void {
    if (openForMs === 0 && !this.votes.has(circuit, this.host)) return;
    const vote = { circuit, host: this.host, openForMs };
    this.votes.cast(vote, this.clock.now());
    const { store, provider } = this.where!;
    // A store or a bus that is away costs the other hosts time, and this one nothing.
    store.bus?.publish(keyOf(provider), JSON.stringify(vote)).catch(ignored);
    this.write(vote).catch(ignored);
  }

  private start(where: Where): void {
    this.where = where;
    this.host = String(where.random()).slice(2);
    this.subscribed = where.store.bus
      ?.subscribe(keyOf(where.provider), (message) => this.hear([JSON.parse(message) as Vote]))
      .catch(ignored);
    this.look();
  }

  private stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.subscribed?.then((unsubscribe) => unsubscribe?.()).catch(ignored);
    this.subscribed = undefined;
  }

  private look(): void {
    const { store } = this.where!;
    void this.read().catch(ignored);
    const lookMs = store.bus === undefined ? LOOK_WITHOUT_BUS_MS : LOOK_MS;
    this.timer = this.clock.scheduleForAll(lookMs, () => this.look());
    this.timer.unref();
  }

  private hear(votes: readonly Vote[]): void {
    const now = this.clock.now();
    for (const vote of votes) if (vote.host !== this.host) this.votes.cast(vote, now);
    for (const id of new Set(votes.map(({ circuit }) => circuit))) {
      const circuit = this.circuits.get(id);
      if (circuit !== undefined) this.judge(circuit);
    }
  }

  private judge(circuit: VotedCircuit): void {
    const verdict = this.votes.verdict(circuit.id, circuit.quorum, this.clock.now());
    if (verdict !== undefined) circuit.adopt(verdict.openForMs, verdict.hosts);
  }

  /** Returns the version of the votes in the store, which are taken over. */
  private async read(): Promise<string | undefined> {
    const { store, provider } = this.where!;
    const entry = await store.get(keyOf(provider));
    if (entry === undefined) return undefined;
    const votes = JSON.parse(entry.value) as readonly Vote[];
    const standing = votes.map((vote) => ({ ...vote, openForMs: vote.openForMs - entry.ageMs }));
    this.hear(standing.filter(({ openForMs }) => openForMs > 0));
    return entry.version;
  }

  /** Puts this host's vote to those that stand in the store, or takes it out. */
  private async write(vote: Vote): Promise<void> {
    const { store, provider } = this.where!;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const version = await this.read();
      const all = this.votes.all(this.clock.now());
      const isSuperseded =
        vote.openForMs > 0 && !all.some((own) => own.host === vote.host && own.circuit === vote.circuit);
      if (isSuperseded) return;
      const ttlMs = Math.max(1, ...all.map(({ openForMs }) => openForMs));
      const condition = version === undefined ? 'absent' : { version };
      const result = await store.put(keyOf(provider), JSON.stringify(all), { ttlMs, if: condition });
      if ('written' in result) return;
    }
  }
}

export const SHARED_CIRCUITS = new SharedState((clock) => new SharedCircuits(clock));

function keyOf(provider: string): string {
  return `circuitBreaker:${provider}`;
}

function ignored(): undefined {
  return undefined;
}
