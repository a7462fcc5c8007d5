import {
  IdempotencyConflictError,
  IdempotencyMismatchError,
  OutcomeUnknownError,
  StoreUnavailableError,
  type Clock,
  type Entry,
  type PutCondition,
  type PutResult,
  type ResilienceErrorInfo,
  type Store,
} from '@breakwater/core';
import { putClaim, UnansweredClaims, uniqueKey } from '@breakwater/core/adapter';
import { StoreClaim } from '../exchange/store-claim.js';
import type { IdempotentRouteSettings } from './idempotent-route.options.js';
import { readRecord, writtenRecord, type StoredRouteAnswer } from './route-record.js';

/** How often a claim is tried again when others write the same record at the same time. */
const TRIES = 3;
/** When a repetition may come again while the first is being handled, which gives signs of life. */
const IN_FLIGHT_MS = 1000;

/** A request by its key. */
export interface KeyedRequest {
  readonly recordKey: string;
  readonly fingerprint: string;
  /** Names the route in errors. */
  readonly info: ResilienceErrorInfo;
}

/** The right to handle a request. Above 1, an earlier `attempt` may have had its effect. */
export interface RouteClaim {
  readonly claim: StoreClaim;
  readonly attempt: number;
}

interface Takeable {
  readonly condition: PutCondition;
  readonly attempt: number;
}

/** The store's records of inbound keys. */
export class RouteLedger {
  constructor(
    readonly store: Store,
    readonly clock: Clock,
    private readonly settings: IdempotentRouteSettings,
  ) {}

  /**
   * Claims the key, or returns the answer that its first request got. Throws an `IdempotencyMismatchError` (422) for
   * another payload, an `IdempotencyConflictError` (409) while that request is being handled, or where its answer was
   * too long to keep, an `OutcomeUnknownError` (409), and a `StoreUnavailableError` (503).
   */
  async admit(request: KeyedRequest): Promise<RouteClaim | { readonly answer: StoredRouteAnswer }> {
    const owner = uniqueKey();
    let next: Takeable = { condition: 'absent', attempt: 1 };
    for (let tries = 0; tries < TRIES; tries++) {
      const { attempt } = next;
      const value = writtenRecord({ fingerprint: request.fingerprint, attempt, state: 'pending', owner });
      const result = await this.put(request, value, next.condition);
      if ('written' in result) return { claim: this.claimOf(request, value, result.written.version), attempt };
      const read = this.read(result.standing, request);
      if ('answer' in read) return read;
      next = read;
    }
    throw inFlight(request);
  }

  private read(standing: Entry | undefined, request: KeyedRequest): Takeable | { readonly answer: StoredRouteAnswer } {
    if (standing === undefined) return { condition: 'absent', attempt: 1 };
    const { info } = request;
    const record = readRecord(standing.value);
    if (record === undefined) {
      const cause = new TypeError('its record was written by another release, or by something else');
      throw new OutcomeUnknownError({ ...info, cause });
    }
    if (record.fingerprint !== request.fingerprint) throw new IdempotencyMismatchError(info);
    switch (record.state) {
      case 'answered':
        return { answer: record.answer };
      case 'unkept':
        throw new IdempotencyConflictError(info, 'done');
      case 'pending':
        // Nothing was begun under it: it makes no difference to who comes next.
        if (UnansweredClaims.of(this.store).has(standing.value)) {
          return { condition: { version: standing.version }, attempt: record.attempt };
        }
        if (standing.ageMs < this.settings.lease) throw inFlight(request);
    }
    if (this.settings.whenUnknown === 'refuse') throw new OutcomeUnknownError(info);
    return { condition: { version: standing.version }, attempt: record.attempt + 1 };
  }

  private async put({ recordKey, info }: KeyedRequest, value: string, condition: PutCondition): Promise<PutResult> {
    try {
      const { lease: leaseMs, ttl: ttlMs } = this.settings;
      const claim = { key: recordKey, value, owner: value, leaseMs };
      return await putClaim(this, claim, { ttlMs, if: condition, pending: true });
    } catch (cause) {
      throw new StoreUnavailableError('idempotency', { ...info, cause });
    }
  }

  private claimOf({ recordKey: key }: KeyedRequest, value: string, version: string): StoreClaim {
    const { store, clock } = this;
    const { lease: leaseMs, ttl: keepMs } = this.settings;
    return new StoreClaim({ key, value, version, store, clock, leaseMs, keepMs });
  }
}

function inFlight({ info }: KeyedRequest): IdempotencyConflictError {
  return new IdempotencyConflictError({ ...info, retryAfterMs: IN_FLIGHT_MS });
}
