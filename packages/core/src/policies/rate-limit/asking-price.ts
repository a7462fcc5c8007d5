import type { LiveCall } from '../../engine/live-call.js';

export type Priority = 'foreground' | 'background';

/**
 * What one call asks of the rate limit: its method says so in the moment before the call enters the limit, which the methods of a provider
 * share. A call of which nothing was said costs 1 and is in the foreground.
 */
export class AskingPrice {
  cost = 1;
  background = false;
  private call: LiveCall | undefined;

  say(call: LiveCall, cost: number, background: boolean): void {
    this.call = call;
    this.cost = cost;
    this.background = background;
  }

  /** Makes `cost` and `background` those of this call. */
  turnTo(call: LiveCall): void {
    if (this.call !== call) {
      this.cost = 1;
      this.background = false;
    }
    this.call = undefined;
  }
}

/** The name under which the policies of a provider share it. */
export const ASKING_PRICE = 'rateLimit.askingPrice';
