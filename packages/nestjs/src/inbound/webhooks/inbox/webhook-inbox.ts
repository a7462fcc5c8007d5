import { randomUUID } from 'node:crypto';
import type { Clock, Store } from '@breakwater/core';
import { putClaim, UnansweredClaims } from '@breakwater/core/adapter';
import { answerIn, DONE, type StoredAnswer } from './stored-answer.js';
import { WebhookClaim, type InboxTimes } from './webhook-claim.js';

/** The answer to a delivery that asks to be handled: it may be, or another copy came first. */
export type Admission =
  | { readonly claim: WebhookClaim }
  | { readonly duplicate: 'in-progress'; readonly retryAfterMs: number }
  | { readonly duplicate: 'done'; readonly answer: StoredAnswer };

/** Opens the record of a delivery that is being handled. */
const CLAIMED = 'claimed';

const UNREADABLE =
  'the record of this delivery was written by another release, or by something else: it may have been handled';

/** How often a claim is tried again when others write the same record at the same time. */
const TRIES = 3;

/** Lets each delivery be handled once, over every process that shares the store: claimed with a lease, then done. */
export class WebhookInbox {
  constructor(
    readonly store: Store,
    readonly clock: Clock,
    private readonly times: InboxTimes,
  ) {}

  /** Claims the delivery of this key, unless it is claimed or done. Rejects when the store cannot be reached. */
  async admit(key: string): Promise<Admission> {
    const { leaseMs, keepMs } = this.times;
    // Its own, so that the claim is recognised when the answer to one of its renewals is lost.
    const value = `${CLAIMED} by ${randomUUID()}`;
    let condition: 'absent' | { version: string } = 'absent';
    for (let tries = 0; tries < TRIES; tries++) {
      const claim = { key, value, owner: value, leaseMs };
      const result = await putClaim(this, claim, { ttlMs: keepMs, if: condition, pending: true });
      if ('written' in result) {
        const { store, clock, times } = this;
        return { claim: new WebhookClaim({ key, value, version: result.written.version, store, clock, ...times }) };
      }
      const { standing } = result;
      if (standing !== undefined && !isReadable(standing.value)) throw new TypeError(UNREADABLE);
      const answer = standing && answerIn(standing.value);
      if (answer !== undefined) return { duplicate: 'done', answer };
      const isHeld = standing !== undefined && !UnansweredClaims.of(this.store).has(standing.value);
      const leftMs = isHeld ? leaseMs - standing.ageMs : 0;
      if (leftMs > 0) return { duplicate: 'in-progress', retryAfterMs: leftMs };
      condition = standing === undefined ? 'absent' : { version: standing.version };
    }
    return { duplicate: 'in-progress', retryAfterMs: leaseMs };
  }
}

/** Whether a record is of a kind that this release knows. One of another must not be taken for a claim that ran out. */
function isReadable(record: string): boolean {
  return record.startsWith(CLAIMED) || record === DONE || record.startsWith(`${DONE} {`);
}
