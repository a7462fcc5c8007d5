import { describe, expect, it } from '@jest/globals';
import { JumpingClock } from '../testing/jumping-clock.js';
import { offerLoad } from './load.js';
import { makeOrders } from './order.js';
import type { Journey } from './submission.js';

const NEVER = new AbortController().signal;

describe('offerLoad', () => {
  it('lets the customers arrive at the rate', async () => {
    const arrivals: number[] = [];
    const customer = async (order: { id: string }, plannedAt: number): Promise<Journey> => {
      arrivals.push(plannedAt);
      return { orderId: order.id, submissions: [] };
    };

    await offerLoad({ orders: makeOrders('o', 4), rate: 10 }, { clock: new JumpingClock(), signal: NEVER, customer });

    expect(arrivals).toEqual([1_000, 1_100, 1_200, 1_300]);
  });

  it('never waits: a customer who is not served keeps no other from arriving', async () => {
    let served: () => void = () => undefined;
    const shopOpens = new Promise<void>((resolve) => (served = resolve));
    const arrived: string[] = [];
    const customer = async ({ id }: { id: string }): Promise<Journey> => {
      arrived.push(id);
      if (arrived.length === 3) served();
      await shopOpens;
      return { orderId: id, submissions: [] };
    };

    const load = { orders: makeOrders('o', 3), rate: 10 };
    const journeys = await offerLoad(load, { clock: new JumpingClock(), signal: NEVER, customer });

    expect(journeys.map(({ orderId }) => orderId)).toEqual(['o-00001', 'o-00002', 'o-00003']);
  });

  it('keeps the planned time of an arrival that it is late for', async () => {
    const clock = new JumpingClock();
    const late: number[] = [];
    const customer = async (order: { id: string }, plannedAt: number): Promise<Journey> => {
      late.push(clock.now() - plannedAt);
      if (late.length === 1) clock.pass(250); // the generator stalls
      return { orderId: order.id, submissions: [] };
    };

    await offerLoad({ orders: makeOrders('o', 5), rate: 10 }, { clock, signal: NEVER, customer });

    expect(late).toEqual([0, 150, 50, 0, 0]);
  });

  it('ends with the reason of the signal, also when customers end with it', async () => {
    const ending = new AbortController();
    const customer = async (): Promise<Journey> => {
      ending.abort(new Error('Ctrl-C'));
      throw ending.signal.reason;
    };

    const load = offerLoad(
      { orders: makeOrders('o', 5), rate: 10 },
      { clock: new JumpingClock(), signal: ending.signal, customer },
    );

    await expect(load).rejects.toThrow('Ctrl-C');
  });
});
