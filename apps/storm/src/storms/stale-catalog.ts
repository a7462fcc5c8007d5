import { measure } from '../report/measure.js';
import type { PageSeen } from '../services/checkout-client.js';
import type { Stage } from '../stage.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { type Twins, withBoth } from '../twins.js';

const RATE = 20;
const WARM_UP_S = 1;
const CALM_S = 2;
const DOWN_S = 3;
const BACK_S = 3;
const PRODUCTS = 10;
const RISE = 500;

export const staleCatalog: Storm<Facts> = {
  name: 'stale-catalog',
  title: 'the catalog, which speaks GraphQL, answers every query with 503',

  async run(stage) {
    await stage.prepare(this.name, { rate: RATE });
    await look(stage, WARM_UP_S);
    stage.progress.phase(`calm: ${CALM_S} s at ${RATE} pages/s`);
    const calm = await look(stage, CALM_S);
    await withBoth(stage.twins, ({ mailbox }) => stage.catalog.forget(mailbox));
    stage.progress.phase(`the catalog is down for ${DOWN_S} s`);
    await stage.catalog.faults.put({ error: { rate: 1, status: 503 } });
    const down = await look(stage, DOWN_S);
    const shelves = await withBoth(stage.twins, ({ mailbox }) => stage.catalog.shelf(mailbox));
    stage.progress.phase('the catalog is back, with other prices');
    await stage.catalog.raise(RISE);
    await stage.catalog.faults.heal();
    const back = await look(stage, BACK_S);
    const facts = await withBoth(stage.twins, async ({ name }) => ({
      calm: calm[name],
      down: down[name],
      back: back[name],
      asked: shelves[name].calls.total,
    }));
    return { facts, figures, promises };
  },
};

interface Facts {
  readonly calm: readonly Look[];
  readonly down: readonly Look[];
  readonly back: readonly Look[];
  /** The calls that reached the catalog while it was down. */
  readonly asked: number;
}

/** A page, and when it was asked for, counted from the beginning of its part. */
interface Look extends PageSeen {
  readonly sku: string;
  readonly atMs: number;
}

function look(stage: Stage, seconds: number): Promise<Twins<Look[]>> {
  const startedAt = stage.clock.now();
  return stage.visit({ count: RATE * seconds, rate: RATE }, async ({ checkout }, index) => {
    const sku = `sku-${index % PRODUCTS}`;
    const atMs = stage.clock.now() - startedAt;
    return { sku, atMs, ...(await checkout.page(sku)) };
  });
}

function figures({ calm, down, back, asked }: Facts): Figures {
  return {
    pages: calm.length + down.length + back.length,
    servedWhileDown: down.filter(isServed).length,
    failedWhileDown: down.filter((page) => !isServed(page)).length,
    markedStale: down.filter(isMarked).length,
    catalogCallsWhileDown: asked,
    newPricesAtLast: atLast(back).filter((page) => isNew(page, calm)).length,
  };
}

function promises({ calm, down, back, asked }: Facts): PromiseCheck[] {
  const late = down.filter(({ atMs }) => atMs >= OLD_AFTER_MS);
  const last = atLast(back);
  const renewed = last.filter((page) => isNew(page, calm) && !isMarked(page)).length;
  return [
    {
      text: 'every page of a product is served while the catalog is down',
      held: down.every(isServed),
      measured: `${down.filter(isServed).length} of ${down.length}`,
    },
    {
      text: `from ${measure(OLD_AFTER_MS, 'ms')} on, every price is marked as an old one`,
      held: late.every(isMarked),
      measured: `${late.filter(isMarked).length} of ${late.length}`,
    },
    {
      text: 'no price is marked while the catalog is well',
      held: calm.every((page) => isServed(page) && !isMarked(page)),
      measured: `${calm.filter(isMarked).length} of ${calm.length}`,
    },
    {
      text: `the catalog is spared: at most ${MOST_CALLS} calls reach it while it is down`,
      held: asked <= MOST_CALLS,
      measured: `${asked} calls for ${down.length} pages`,
    },
    {
      text: 'in the last second every price is the new one, and not marked',
      held: last.length > 0 && renewed === last.length,
      measured: `${renewed} of ${last.length}`,
    },
  ];
}

const isServed = ({ status }: PageSeen): boolean => status === 200;
const isMarked = ({ stale }: PageSeen): boolean => stale === true;
const atLast = (looks: readonly Look[]): readonly Look[] => looks.filter(({ atMs }) => atMs >= (BACK_S - 1) * 1_000);

/** Whether a price is higher than it was in the calm. */
function isNew({ sku, price }: Look, calm: readonly Look[]): boolean {
  const before = calm.find((page) => page.sku === sku)?.price;
  return price !== undefined && before !== undefined && price === before + RISE;
}

/** A price is fresh for a second, and may be as old as the half second for which one is kept when the outage begins. */
const OLD_AFTER_MS = 1_100;
/** Five failures open the circuit, some of them at the same time; from then on there is a trial in each second. */
const MOST_CALLS = 20;
