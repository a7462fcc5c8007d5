import { createProvider } from '../../provider/create-provider.js';
import { httpError, seededRandom } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import type { BulkheadOptions } from './bulkhead.options.js';
import { snapshotOf } from '../../testing/snapshot-of.js';

export interface ServiceOptions {
  /** How many requests it works on at once. */
  readonly capacity: number;
  /** How many more it lets wait before it answers 503. */
  readonly backlog: number;
}

/** A service that takes 80 to 120 ms for a request, and as many clients as a bulkhead lets through. */
export class SimulatedService {
  readonly clock = new TestClock();
  capacity: number;
  private readonly random = seededRandom(7);
  private readonly waiting: (() => void)[] = [];
  private busy = 0;
  private readonly provider;
  private clients = 0;

  constructor(
    private readonly options: ServiceOptions,
    bulkhead: BulkheadOptions,
  ) {
    this.capacity = options.capacity;
    this.provider = createProvider('service', { bulkhead: { ...bulkhead, queue: 10_000 } }, { clock: this.clock });
  }

  /** Clients that call again as soon as they are answered, until there are fewer. */
  setClients(clients: number): void {
    const before = this.clients;
    this.clients = clients;
    for (let i = before; i < clients; i++) void this.client(i);
  }

  /** The limits at every 100 ms of the next seconds. */
  async limits(seconds: number): Promise<number[]> {
    const limits: number[] = [];
    for (let i = 0; i < seconds * 10; i++) {
      await this.clock.advance(100);
      limits.push(snapshotOf(this.provider, 'bulkhead').limit);
    }
    return limits;
  }

  private async client(i: number): Promise<void> {
    while (i < this.clients) await this.provider.execute(() => this.serve()).catch(() => undefined);
  }

  private async serve(): Promise<void> {
    if (this.waiting.length >= this.options.backlog) {
      await this.clock.sleep(5);
      throw httpError(503);
    }
    if (this.busy >= this.capacity) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.busy++;
    await this.clock.sleep(80 + this.random() * 40);
    this.busy--;
    if (this.busy < this.capacity) this.waiting.shift()?.();
  }
}
