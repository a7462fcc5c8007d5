import type { Clock } from '../clock.js';
import { makeOrders } from '../load/order.js';
import type { CheckoutClient } from '../services/checkout-client.js';
import { type Twins, withBoth } from '../twins.js';
import { Tally, type Tallied } from './tally.js';

const MOST_PER_SECOND = 60;
const TICK_MS = 100;
/** Customers who wait: a checkout that answers none must not gather them without end. */
const MOST_WAITING = 400;

/** Places the same orders at both checkouts, so many a second, until the signal aborts. */
export class Customers {
  private perSecond = 10;
  private placed = 0;
  private waiting = 0;
  private readonly tallies: Twins<Tally>;

  constructor(
    private readonly checkouts: Twins<CheckoutClient>,
    private readonly clock: Clock,
    private readonly prefix: string,
  ) {
    this.tallies = { unprotected: new Tally(clock), protected: new Tally(clock) };
  }

  get rate(): number {
    return this.perSecond;
  }

  set rate(perSecond: number) {
    this.perSecond = Math.min(MOST_PER_SECOND, Math.max(0, perSecond));
  }

  read(): Twins<Tallied> {
    return { unprotected: this.tallies.unprotected.read(), protected: this.tallies.protected.read() };
  }

  async run(signal: AbortSignal): Promise<void> {
    let owed = 0;
    while (!signal.aborted) {
      owed += (this.perSecond * TICK_MS) / 1000;
      for (; owed >= 1; owed--) if (this.waiting < MOST_WAITING) void this.place();
      await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }

  private async place(): Promise<void> {
    const [order] = makeOrders(`${this.prefix}-${++this.placed}`, 1);
    this.waiting++;
    await withBoth({ unprotected: 'unprotected', protected: 'protected' } as const, async (name) => {
      const plannedAt = this.clock.now();
      const answer = await this.checkouts[name].submit(order!);
      this.tallies[name].add({ plannedAt, sentAt: plannedAt, endedAt: this.clock.now(), answer });
    });
    this.waiting--;
  }
}
