import { StoreClaim, type Settlement } from '../../exchange/store-claim.js';
import { DONE, doneWith, type StoredAnswer } from './stored-answer.js';
import { WebhookClaimLostError } from './webhook-claim-lost.error.js';

export interface InboxTimes {
  /** How long a claim holds without a sign of life. */
  readonly leaseMs: number;
  /** How long a record is kept. */
  readonly keepMs: number;
}

/** The right to handle one delivery. */
export class WebhookClaim extends StoreClaim {
  /** The delivery has been handled: later copies get this answer. The first of `done` and `release` counts. */
  done(answer?: StoredAnswer): Promise<Settlement> {
    return this.replace(answer === undefined ? DONE : doneWith(answer));
  }

  /** The delivery has not been handled: the sender's next try may. */
  release(): Promise<Settlement> {
    return this.free();
  }

  /**
   * Marks the delivery as handled inside a transaction of the caller's: both are committed or neither. Throws when the
   * claim was lost, so that the transaction is rolled back; at once where the store is synchronous.
   */
  settleWithin(transaction: unknown, provider: string): Promise<void> {
    return this.replaceWithin(transaction, DONE, () => new WebhookClaimLostError(provider));
  }
}
