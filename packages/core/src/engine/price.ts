/** Which of the calls that wait for a rate limit goes first. */
export type Priority = 'foreground' | 'background';

/** The cost and priority of one call, as the rate limit takes them. */
export interface Price {
  /** A whole number of tokens, from 0. */
  readonly cost: number;
  readonly priority: Priority;
}

/** The price of a call whose method names none. */
export const DEFAULT_PRICE: Price = Object.freeze({ cost: 1, priority: 'foreground' });
