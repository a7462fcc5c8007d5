import type { Clock } from '../clock.js';
import type { Order } from './order.js';
import type { Journey } from './submission.js';

export interface LoadPlan {
  readonly orders: readonly Order[];
  /** Arrivals a second. */
  readonly rate: number;
}

export interface LoadSurroundings {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One customer, from the planned arrival to the end of the journey. */
  readonly customer: (order: Order, plannedAt: number) => Promise<Journey>;
}

/**
 * Open-loop load: customers arrive at a fixed rate, whether or not those before them have been served. An arrival that
 * the generator is late for keeps its planned time, so that a stall shows in the latencies instead of thinning the
 * load.
 */
export async function offerLoad(plan: LoadPlan, around: LoadSurroundings): Promise<Journey[]> {
  const startedAt = around.clock.now();
  const journeys: Promise<Journey>[] = [];
  for (const [index, order] of plan.orders.entries()) {
    const plannedAt = startedAt + (index * SECOND) / plan.rate;
    const early = plannedAt - around.clock.now();
    if (early > 0) await around.clock.sleep(early, around.signal);
    around.signal.throwIfAborted();
    const journey = around.customer(order, plannedAt);
    journey.catch(() => undefined); // told by Promise.all below; until then it must not count as unhandled
    journeys.push(journey);
  }
  return Promise.all(journeys);
}

const SECOND = 1_000;
