import type { Clock } from '../clock.js';
import { makeOrders, type Order } from '../load/order.js';
import type { Answer } from '../load/submission.js';
import type { CheckoutClient, PageSeen } from '../services/checkout-client.js';
import { type Twins, withBoth } from '../twins.js';
import { Tally, type Tallied } from './tally.js';
import { type Step, STEPS, type StepTaken } from './visit.js';

const MOST_PER_SECOND = 60;
const TICK_MS = 100;
/** Customers who wait: a checkout that answers none must not gather them without end. */
const MOST_WAITING = 400;
const PRODUCTS = 10;

/** The same customers come to both checkouts, so many a second, until the signal aborts. */
export class Customers {
  private perSecond = 10;
  private come = 0;
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
      for (; owed >= 1; owed--) if (this.waiting < MOST_WAITING) void this.send();
      await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }

  private async send(): Promise<void> {
    const sku = `sku-${this.come % PRODUCTS}`;
    const [order] = makeOrders(`${this.prefix}-${++this.come}`, 1);
    this.waiting++;
    await withBoth(NAMES, (name) => this.visit(name, { sku, order: order! }));
    this.waiting--;
  }

  private async visit(name: keyof Twins<unknown>, wanted: Wanted): Promise<void> {
    const { clock } = this;
    const startedAt = clock.now();
    const steps: StepTaken[] = [];
    for (const step of STEPS) {
      const since = clock.now();
      const result = await TAKE[step](this.checkouts[name], wanted);
      steps.push({ step, ...result, ms: clock.now() - since });
      if (result.outcome !== 'done') break;
    }
    this.tallies[name].add({ startedAt, endedAt: clock.now(), steps });
  }
}

interface Wanted {
  readonly sku: string;
  readonly order: Order;
}

type Result = Pick<StepTaken, 'outcome' | 'stale'>;

const TAKE: Readonly<Record<Step, (checkout: CheckoutClient, wanted: Wanted) => Promise<Result>>> = {
  catalog: async (checkout, { sku }) => seen(await checkout.page(sku)),
  inventory: async (checkout, { sku, order }) => answered(await checkout.putInBasket(order.id, sku)),
  payments: async (checkout, { order }) => answered(await checkout.submit(order)),
};

function seen({ status, stale }: PageSeen): Result {
  return status === 0 ? { outcome: 'unanswered' } : { outcome: outcomeOf(status), ...(stale && { stale }) };
}

function answered(answer: Answer): Result {
  return { outcome: answer.kind === 'answered' ? outcomeOf(answer.status) : 'unanswered' };
}

function outcomeOf(status: number): StepTaken['outcome'] {
  return status >= 200 && status < 300 ? 'done' : 'turned-away';
}

const NAMES = { unprotected: 'unprotected', protected: 'protected' } as const;
