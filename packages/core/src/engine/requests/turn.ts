import { AsyncResource } from 'node:async_hooks';
import { nextTick } from 'node:process';

/** No async operation is named as the trigger. */
const NO_TRIGGER = 0;

/**
 * A turn of the event loop in which requests begin: until everything has gone on that waits for nothing but promises.
 */
export interface Turn {
  /**
   * Node counts async contexts up: one of a call that began in an earlier turn has a smaller number. So calls need not
   * note when they begin. `Infinity` until the turn is over.
   */
  readonly order: number;
}

let turn: { order: number } | undefined;

/** The turn that this runs in. */
export function thisTurn(): Turn {
  if (turn === undefined) {
    turn = { order: Infinity };
    nextTick(endTurn);
  }
  return turn;
}

/** Whether a turn goes on. */
export function isNow({ order }: Turn): boolean {
  return order === Infinity;
}

function endTurn(): void {
  turn!.order = new AsyncResource('breakwater.turn', NO_TRIGGER).asyncId();
  turn = undefined;
}
