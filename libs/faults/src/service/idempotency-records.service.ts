import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { ProblemException } from './problem.exception.js';

type Record = { body: unknown; state: 'in-flight' } | { body: unknown; state: 'done'; answer: unknown };

export interface Claim {
  /** Keeps the answer for the requests that repeat this one. */
  settle(answer: unknown): void;
  /** Frees the key, unless the claim has been settled. */
  release(): void;
}

/** The answers under each idempotency key of each account. */
@Injectable()
export class IdempotencyRecords {
  private readonly accounts = new Map<string, Map<string, Record>>();

  /**
   * The answer given before, or the claim to give it. Throws 422 for another body, 409 while the first is in flight.
   */
  claim(account: string, key: string, body: unknown): { answer: unknown } | Claim {
    const records = this.recordsOf(account);
    const standing = records.get(key);
    if (standing === undefined) return take(records, key, body);
    if (!isDeepStrictEqual(standing.body, body)) {
      throw new ProblemException(422, 'this Idempotency-Key was used with another body');
    }
    if (standing.state === 'done') return { answer: standing.answer };
    throw new ProblemException(409, 'a request with this Idempotency-Key is in flight', {
      headers: { 'Retry-After': '1' },
    });
  }

  forget(account: string): void {
    this.accounts.delete(account);
  }

  private recordsOf(account: string): Map<string, Record> {
    const records = this.accounts.get(account) ?? new Map<string, Record>();
    this.accounts.set(account, records);
    return records;
  }
}

function take(records: Map<string, Record>, key: string, body: unknown): Claim {
  records.set(key, { body, state: 'in-flight' });
  let settled = false;
  return {
    settle: (answer) => {
      settled = true;
      records.set(key, { body, state: 'done', answer });
    },
    release: () => {
      if (!settled) records.delete(key);
    },
  };
}
