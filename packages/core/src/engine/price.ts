/** The order in which calls that wait for a rate limit go on: foreground first. */
export type Priority = 'foreground' | 'background';

/** The cost and priority of one call, as the rate limit takes them. */
export interface Price {
  /** A whole number of tokens, from 0. */
  readonly cost: number;
  readonly priority: Priority;
  /** How long it may wait for its turn, in milliseconds; `undefined` for as long as the limit lets all calls. */
  readonly wait: number | undefined;
}

/** A call that lends its tokens to those that are made in it. */
export interface Lender {
  readonly price: Price;
  /** The tickets of the gates that it has entered. */
  readonly tickets: readonly unknown[];
}

/** The price of a call that is made in one that lends it its tokens. */
export interface PriceWithin extends Price {
  readonly lender: Lender;
  /** Its cost by itself. */
  readonly own: number;
}

/** The price of a call whose method names none. */
export const DEFAULT_PRICE: Price = Object.freeze({ cost: 1, priority: 'foreground', wait: undefined });

/**
 * The price of a call within another that lends it its tokens, before it is known how many those are: it is no more
 * urgent than that one.
 */
export function priceWithin(lender: Lender, own: Price): PriceWithin {
  const { priority, wait } = lender.price;
  return { cost: 0, priority, wait, lender, own: own.cost };
}

export function isWithin(price: Price): price is PriceWithin {
  return 'lender' in price;
}

/** The ticket of a gate that can be told the real cost of a call. */
export interface SettleableTicket {
  /** `hasEnded`: the call has left the gate; only asked of calls that name a price. */
  settle(cost: number, hasEnded: boolean): void;
}

/**
 * Tells the gates of a call its real cost, while it is under way or later. Throws a `TypeError` when that is no whole
 * number from 0.
 */
export function settlePrice(tickets: readonly unknown[], cost: number, hasEnded: boolean): void {
  if (!Number.isSafeInteger(cost) || cost < 0) {
    throw new TypeError(`a call cannot have cost ${String(cost)}; expected a whole number from 0`);
  }
  for (const ticket of tickets) if (isSettleable(ticket)) ticket.settle(cost, hasEnded);
}

function isSettleable(ticket: unknown): ticket is SettleableTicket {
  return typeof ticket === 'object' && ticket !== null && 'settle' in ticket;
}
