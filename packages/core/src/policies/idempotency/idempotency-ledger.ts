import type { LiveCall } from '../../engine/live-call.js';
import { StoreLease } from '../../store/store-lease.js';
import { StoreUnavailableError } from '../../errors/store-unavailable.error.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import { SharedState } from '../../engine/shared-state.js';
import type { Entry, PutCondition, PutResult } from '../../store/store.js';
import { recognised, UnansweredClaims } from '../../store/unanswered-claims.js';
import type { Claim, Draft, Operation } from './claim.js';
import { ClaimSettlement } from './claim-settlement.js';
import { EndedOperations, LOOK_MS } from './ended-operations.js';
import { uniqueKey } from './idempotency-key.js';
import { IdempotencyConflictError } from './idempotency.errors.js';
import { IdempotencyRefusals } from './idempotency-refusals.js';
import type { IdempotencySettings } from './idempotency.options.js';
import type { IdempotencyRecord } from './idempotency-record.js';
import type { IdempotencyEvents } from './idempotency.telemetry.js';
import { reactionToDoubt } from './reaction-to-doubt.js';
import { recordIn, serialized } from './record-format.js';

/** How long it waits for the next look, where the end of the operation is told over a bus. */
const BACKSTOP_MS = 1000;

const ENDINGS = new SharedState(() => new EndedOperations());

/** The state of a key: it can be claimed under a condition, is held for a while, or its operation has ended. */
type Standing =
  | { readonly condition: PutCondition; readonly attempt: number; readonly sinceMs: number }
  | { readonly heldForMs: number }
  | { readonly ended: IdempotencyRecord };

type Takeable = Extract<Standing, { readonly condition: PutCondition }>;

/** A claim as it was written. */
interface Written {
  readonly standing: Takeable;
  readonly draft: Draft;
  readonly version: string;
}

/** The store's records of keys: their owners, and how their operations ended. */
export class IdempotencyLedger {
  readonly refusals: IdempotencyRefusals;
  readonly settlement: ClaimSettlement;
  private reclaimed = 0;
  private readonly endings: EndedOperations;

  constructor(
    private settings: IdempotencySettings,
    private readonly environment: EnvironmentOf<IdempotencyEvents>,
  ) {
    const { provider, store, shared } = environment;
    this.endings = shared(ENDINGS).over(provider, store.bus);
    this.refusals = new IdempotencyRefusals(environment.emit);
    this.settlement = new ClaimSettlement(settings, environment, this.endings);
  }

  get counters(): Readonly<Record<'reclaimed' | 'conflicts' | 'mismatches' | 'unknown', number>> {
    return { reclaimed: this.reclaimed, ...this.refusals.counters };
  }

  configure(settings: IdempotencySettings): void {
    this.settings = settings;
    this.settlement.configure(settings);
  }

  /**
   * Claims the key, or waits until its owner is done or dead. Throws an `IdempotencyConflictError` when that takes too
   * long, an `IdempotencyMismatchError` for another payload, an `OutcomeUnknownError` where an earlier owner may have
   * had an effect and nothing may be done about it, a `StoreUnavailableError`, and the call's reason when it was
   * aborted: then nothing is held. `undefined` where the store is away and the call is to go on without it.
   */
  async claim(
    call: LiveCall,
    operation: Operation,
  ): Promise<Claim | { readonly ended: IdempotencyRecord } | undefined> {
    const { clock, store } = this.environment;
    const giveUpAt = clock.now() + this.settings.wait;
    let entry: Entry | undefined;
    for (let looks = 0; ;) {
      if (call.aborted) throw call.reason;
      const standing = this.read(entry, operation, call);
      if ('ended' in standing) return standing;
      if ('heldForMs' in standing) {
        const leftMs = giveUpAt - clock.now();
        if (leftMs <= 0) throw this.refusals.conflict(call, { retryAfterMs: standing.heldForMs });
        const pauseMs = looks++ > 0 && this.endings.isHeard ? BACKSTOP_MS : LOOK_MS;
        const longestMs = Math.min(pauseMs, standing.heldForMs, leftMs);
        await this.endings.wait(operation.recordKey, longestMs, { clock, signal: call.signal });
        const seen = entry;
        entry = await this.lookAgain(operation, seen, call);
        // A look that failed is soon repeated: the bus may be away with the store.
        if (entry === seen) looks = 0;
        continue;
      }
      this.admit(standing, call);
      const draft = this.draft(operation, standing);
      const when = { ttlMs: this.settings.ttl, if: standing.condition, pending: true };
      let result: PutResult;
      try {
        result = recognised(await store.put(draft.key, draft.value, when), draft);
      } catch (cause) {
        return this.goOnWithout(draft, call, cause);
      }
      if ('written' in result) {
        return this.claimed(call, operation, { standing, draft, version: result.written.version });
      }
      entry = result.standing;
    }
  }

  private read(entry: Entry | undefined, { fingerprint }: Operation, call: LiveCall): Standing {
    if (entry === undefined) return { condition: 'absent', attempt: 1, sinceMs: 0 };
    const record = this.recordOf(entry, call);
    if (record.fingerprint !== fingerprint) throw this.refusals.mismatch(call);
    if (record.state !== 'pending' && record.state !== 'unknown') return { ended: record };
    // Nothing was begun under it: it makes no difference to who comes next.
    if (record.state === 'pending' && UnansweredClaims.of(this.environment.store).has(record.owner)) {
      const { attempt } = record;
      const sinceMs = attempt === 1 ? 0 : (record.sinceMs ?? 0) + entry.ageMs;
      return { condition: { version: entry.version }, attempt, sinceMs };
    }
    const heldForMs = record.state === 'unknown' ? 0 : this.settings.lease - entry.ageMs;
    if (heldForMs > 0) return { heldForMs };
    const sinceMs = (record.sinceMs ?? 0) + entry.ageMs;
    return { condition: { version: entry.version }, attempt: record.attempt + 1, sinceMs };
  }

  private recordOf(entry: Entry, call: LiveCall): IdempotencyRecord {
    try {
      return recordIn(entry.value);
    } catch (error) {
      throw this.refusals.outcomeUnknown(call, error);
    }
  }

  /** Refuses to take a key over where nothing may be done about the doubt. The record stays as it is. */
  private admit({ attempt, sinceMs }: Takeable, call: LiveCall): void {
    if (attempt > 1 && reactionToDoubt(this.settings, sinceMs) === 'refuse') throw this.refusals.outcomeUnknown(call);
  }

  /** The state of a key that another owner holds. That owner may still be at work while the store cannot say so. */
  private async lookAgain(
    { recordKey }: Operation,
    held: Entry | undefined,
    call: LiveCall,
  ): Promise<Entry | undefined> {
    try {
      return await this.environment.store.get(recordKey);
    } catch (cause) {
      if (this.settings.storeDown === 'refuse') throw storeAway(call, cause);
      return held;
    }
  }

  private draft({ recordKey: key, fingerprint }: Operation, { attempt, sinceMs }: Takeable): Draft {
    const owner = uniqueKey();
    const renewed = (heldMs: number) =>
      serialized({ fingerprint, attempt, state: 'pending', owner, sinceMs: Math.round(sinceMs + heldMs) });
    return { key, value: renewed(0), owner, leaseMs: this.settings.lease, renewed };
  }

  /** One that goes on without the store has begun its work when the claim turns up. */
  private goOnWithout(draft: Draft, call: LiveCall, cause: unknown): undefined {
    if (this.settings.storeDown !== 'refuse') return undefined;
    const { store, clock } = this.environment;
    UnansweredClaims.of(store).add(draft, clock);
    throw storeAway(call, cause);
  }

  /** The claim of a key whose record was written. A call that was aborted meanwhile frees it. */
  private claimed(call: LiveCall, operation: Operation, { standing, draft, version }: Written): Claim {
    const { attempt, sinceMs } = standing;
    const claim: Claim = { lease: this.hold(call, draft, version), attempt, sinceMs };
    if (call.aborted) {
      void this.settlement.release(call, operation, claim);
      throw call.reason;
    }
    if (attempt > 1) {
      this.reclaimed++;
      this.environment.emit('idempotency.reclaimed', { attempt }, call.operation);
    }
    return claim;
  }

  /** Aborts the call when its lease is lost. */
  private hold(call: LiveCall, { key, owner, renewed: value, leaseMs }: Draft, version: string): StoreLease {
    const { store, clock, emit } = this.environment;
    const { ttl: ttlMs } = this.settings;
    const { provider, operation } = call;
    const onLost = () => {
      emit('idempotency.leaseLost', {}, operation);
      call.abort(new IdempotencyConflictError({ provider, operation }));
    };
    const onMissed = () => emit('idempotency.renewalFailed', {}, operation);
    return new StoreLease({ key, owner, value, version, store, clock, leaseMs, ttlMs, onLost, onMissed });
  }
}

function storeAway({ provider, operation }: LiveCall, cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError('idempotency', { provider, operation, cause });
}
