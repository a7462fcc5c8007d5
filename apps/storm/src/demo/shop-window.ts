import { systemClock } from '../clock.js';
import { JsonClient } from '../services/json-client.js';

/** A shop by its own word: its circuits by third party, and the jobs that wait there. */
export interface ShopSeen {
  readonly circuits: Readonly<Record<string, CircuitSeen>>;
  readonly jobs: Readonly<Record<string, JobsSeen>>;
}

export interface CircuitSeen {
  readonly state: string;
  /** Open: for how much longer. */
  readonly openForMs?: number;
}

export interface JobsSeen {
  /** Still to be done. */
  readonly waiting: number;
  /** Tried as often as they may be. */
  readonly dead: number;
}

interface Health {
  readonly resilience: {
    readonly providers: readonly {
      readonly name: string;
      readonly policies: readonly ({ readonly kind: string; readonly operation?: string } & CircuitSeen)[];
    }[];
  };
}

type Counts = Readonly<Record<string, Readonly<Record<'waiting' | 'delayed' | 'active' | 'dead', number>>>>;

/** A page waits no longer than this for a shop that is busy. */
const LONGEST_LOOK_MS = 300;

/** Looks into a shop, which may be too busy to answer. */
export class ShopWindow {
  private readonly client: JsonClient;
  private latest: ShopSeen = { circuits: {}, jobs: {} };
  private looking: Promise<ShopSeen> | undefined;

  constructor(url: string) {
    this.client = new JsonClient(url);
  }

  /** Returns the shop as it is now, or as it was seen at last where it does not answer in time. */
  look(): Promise<ShopSeen> {
    this.looking ??= this.ask().finally(() => (this.looking = undefined));
    const late = systemClock.sleep(LONGEST_LOOK_MS).then(() => this.latest);
    return Promise.race([this.looking, late]);
  }

  /** Asks for what needs no work and no third party. */
  async greet(): Promise<void> {
    await this.client.call('GET', '/health');
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private async ask(): Promise<ShopSeen> {
    try {
      const [health, counts] = await Promise.all([
        this.client.call<Health>('GET', '/health'),
        this.client.call<Counts>('GET', '/jobs'),
      ]);
      this.latest = { circuits: circuitsOf(health), jobs: jobsOf(counts) };
    } catch {
      // Seen once the shop answers again.
    }
    return this.latest;
  }
}

function circuitsOf({ resilience }: Health): ShopSeen['circuits'] {
  const circuits = resilience.providers.flatMap(({ name, policies }) =>
    policies
      .filter(({ kind, operation }) => kind === 'circuitBreaker' && operation === undefined)
      .map(({ state, openForMs }) => [name, { state, ...(openForMs !== undefined && { openForMs }) }] as const),
  );
  return Object.fromEntries(circuits);
}

function jobsOf(counts: Counts): ShopSeen['jobs'] {
  const jobs = Object.entries(counts).map(
    ([name, { waiting, delayed, active, dead }]) => [name, { waiting: waiting + delayed + active, dead }] as const,
  );
  return Object.fromEntries(jobs);
}
