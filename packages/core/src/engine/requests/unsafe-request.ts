import type { Exchange } from '../../outcome/exchange.js';
import { thisTurn } from './turn.js';

/**
 * A request that may not be repeated without a key, and its answer, for calls that may have sent it in another async
 * context than their own. Holds neither the request nor a call.
 */
export class UnsafeRequest implements Exchange {
  /** The turn in which it began. */
  readonly turn = thisTurn();
  readonly carriesKey = false;
  /** The idempotency key that it carries, of whichever call. */
  key: string | undefined = undefined;
  sent = true;
  status: number | undefined = undefined;
  failure: unknown = undefined;

  constructor(
    readonly method: string,
    readonly origin: string,
  ) {}

  answer(status: number): void {
    if (status >= 200) this.status = status;
  }

  finish(): void {
    // The head of the answer has said all that is kept.
  }

  fail(failure: unknown, unconnected = false): void {
    if (this.status !== undefined) return;
    this.failure = failure;
    if (unconnected) this.sent = false;
  }
}
