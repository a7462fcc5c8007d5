import { StoreLease, type StoreLeaseParts } from '../../store-lease.js';
import type { LiveCall } from '../../call.js';
import { StoreUnavailableError } from '../../errors/store-unavailable.error.js';
import type { Environment } from '../../policy.js';
import type { Entry, PutCondition } from '../../store.js';
import { IdempotencyConflictError, IdempotencyMismatchError } from './idempotency.errors.js';
import type { IdempotencySettings } from './idempotency.options.js';
import { storedError, type IdempotencyRecord } from './idempotency-record.js';

/** How long a duplicate of another process's call waits before it looks again, in milliseconds. */
const POLL_MS = 100;

/** The operation that a key names: where its record stands, and what must be equal when the key comes again. */
export interface Operation {
  readonly recordKey: string;
  readonly fingerprint: string;
}

/** A key that this call holds. `attempt` counts its owners: above 1, somebody before may have had an effect. */
export interface Claim {
  readonly lease: StoreLease;
  readonly attempt: number;
}

/** What stands under a key: it can be had under a condition, is held for a while, or its operation has ended. */
type Standing =
  | { readonly condition: PutCondition; readonly attempt: number }
  | { readonly heldForMs: number }
  | { readonly ended: IdempotencyRecord };

/** What the store knows of the keys: who has one, and how its operation ended. */
export class IdempotencyLedger {
  readonly counters = { reclaimed: 0, conflicts: 0, mismatches: 0 };

  constructor(
    public settings: IdempotencySettings,
    private readonly environment: Environment,
  ) {}

  /**
   * Claims the key, or waits until whoever has it is done or dead. Throws an `IdempotencyConflictError` when that takes too long, an
   * `IdempotencyMismatchError` for another payload, a `StoreUnavailableError`.
   */
  async claim(call: LiveCall, operation: Operation): Promise<Claim | { readonly ended: IdempotencyRecord }> {
    const { clock, store } = this.environment;
    const giveUpAt = clock.now() + this.settings.wait;
    let entry: Entry | undefined;
    for (;;) {
      const standing = this.read(entry, operation, call);
      if ('ended' in standing) return standing;
      if ('heldForMs' in standing) {
        const leftMs = giveUpAt - clock.now();
        if (leftMs <= 0) throw this.conflict(call, standing.heldForMs);
        await clock.sleep(Math.min(POLL_MS, standing.heldForMs, leftMs), call.signal);
        entry = await this.reach(() => store.get(operation.recordKey), call);
        continue;
      }
      const claimed = await this.tryClaim(operation, standing.attempt, standing.condition, call);
      if ('lease' in claimed) return claimed;
      entry = claimed.standing;
    }
  }

  /** Keeps the outcome. The provider has answered: whatever goes wrong here must not be taken for its failure. */
  async settle(call: LiveCall, operation: Operation, claim: Claim, ended: Ended): Promise<void> {
    const { store, emit } = this.environment;
    try {
      await claim.lease.end();
      const record = serialized({ fingerprint: operation.fingerprint, attempt: claim.attempt, ...ended });
      const when = { ttlMs: this.settings.ttl, if: { version: claim.lease.version } };
      const result = await store.put(operation.recordKey, record, when);
      if ('standing' in result) emit('idempotency.fenced', {}, call.operation);
    } catch (error) {
      emit('idempotency.unsettled', { reason: error instanceof Error ? error.message : String(error) }, call.operation);
    }
  }

  /** Frees the key when certainly nothing was done, by nobody; else notes that something may have been. */
  async release(call: LiveCall, operation: Operation, claim: Claim): Promise<void> {
    if (call.inDoubt || claim.attempt > 1) return this.settle(call, operation, claim, { state: 'unknown' });
    try {
      await claim.lease.end();
      await this.environment.store.delete(operation.recordKey, { version: claim.lease.version });
    } catch {
      // The lease runs out by itself.
      this.environment.emit('idempotency.unsettled', { reason: 'the key could not be released' }, call.operation);
    }
  }

  mismatch({ provider, operation }: LiveCall): IdempotencyMismatchError {
    this.counters.mismatches++;
    return new IdempotencyMismatchError({ provider, operation });
  }

  conflict({ provider, operation }: LiveCall, retryAfterMs: number | undefined): IdempotencyConflictError {
    this.counters.conflicts++;
    return new IdempotencyConflictError({ provider, operation, retryAfterMs });
  }

  private read(entry: Entry | undefined, { fingerprint }: Operation, call: LiveCall): Standing {
    if (entry === undefined) return { condition: 'absent', attempt: 1 };
    const record = JSON.parse(entry.value) as IdempotencyRecord;
    if (record.fingerprint !== fingerprint) throw this.mismatch(call);
    if (record.state === 'done' || record.state === 'failed') return { ended: record };
    const heldForMs = record.state === 'unknown' ? 0 : this.settings.lease - entry.ageMs;
    if (heldForMs > 0) return { heldForMs };
    return { condition: { version: entry.version }, attempt: record.attempt + 1 };
  }

  private async tryClaim(
    { recordKey, fingerprint }: Operation,
    attempt: number,
    condition: PutCondition,
    call: LiveCall,
  ): Promise<Claim | { readonly standing: Entry | undefined }> {
    const { ttl: ttlMs } = this.settings;
    const value = serialized({ fingerprint, attempt, state: 'pending' });
    const result = await this.reach(() => this.environment.store.put(recordKey, value, { ttlMs, if: condition }), call);
    if ('standing' in result) return result;
    if (attempt > 1) {
      this.counters.reclaimed++;
      this.environment.emit('idempotency.reclaimed', { attempt }, call.operation);
    }
    return { lease: this.hold({ key: recordKey, value, version: result.written.version }, call), attempt };
  }

  /** Whoever loses the lease gives the call up. */
  private hold(claimed: Pick<StoreLeaseParts, 'key' | 'value' | 'version'>, call: LiveCall): StoreLease {
    const { store, clock, emit } = this.environment;
    const { ttl: ttlMs, lease: leaseMs } = this.settings;
    const { provider, operation } = call;
    call.interruptible = true;
    const onLost = () => {
      emit('idempotency.leaseLost', {}, operation);
      call.abort(new IdempotencyConflictError({ provider, operation }));
    };
    const onMissed = () => emit('idempotency.renewalFailed', {}, operation);
    return new StoreLease({ ...claimed, store, clock, leaseMs, ttlMs, onLost, onMissed });
  }

  private async reach<T>(operation: () => Promise<T>, call: LiveCall): Promise<T> {
    try {
      return await operation();
    } catch (cause) {
      throw new StoreUnavailableError('idempotency', { provider: call.provider, operation: call.operation, cause });
    }
  }
}

/** How an operation ended, as far as the ledger keeps it. */
export type Ended =
  | { readonly state: 'unknown' }
  | { readonly state: 'done'; readonly value: unknown }
  | { readonly state: 'failed'; readonly error: ReturnType<typeof storedError> };

function serialized(record: IdempotencyRecord): string {
  if (record.state === 'done' && record.value instanceof Response) {
    throw new TypeError('a Response cannot be kept for replay: return its parsed body from the method');
  }
  return JSON.stringify(record);
}
