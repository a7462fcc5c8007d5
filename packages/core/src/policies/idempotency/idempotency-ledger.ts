import { messageOf } from '../../errors/message-of.js';
import type { LiveCall } from '../../engine/live-call.js';
import { StoreLease } from '../../store/store-lease.js';
import { StoreUnavailableError } from '../../errors/store-unavailable.error.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import type { Entry, PutCondition } from '../../store/store.js';
import { uniqueKey } from './idempotency-key.js';
import { IdempotencyConflictError, IdempotencyMismatchError } from './idempotency.errors.js';
import type { IdempotencySettings } from './idempotency.options.js';
import type { Ended, IdempotencyRecord } from './idempotency-record.js';
import type { IdempotencyEvents } from './idempotency.telemetry.js';

/** How long a duplicate of another process's call waits before it looks again, in milliseconds. */
const POLL_MS = 100;

/** The operation that a key names: where its record stands, and what must be equal when the key comes again. */
export interface Operation {
  readonly recordKey: string;
  readonly fingerprint: string;
}

/** A key that this call holds. `attempt` counts its owners: above 1, an earlier owner may have had an effect. */
export interface Claim {
  readonly lease: StoreLease;
  readonly attempt: number;
}

/** The state of a key: it can be claimed under a condition, is held for a while, or its operation has ended. */
type Standing =
  | { readonly condition: PutCondition; readonly attempt: number }
  | { readonly heldForMs: number }
  | { readonly ended: IdempotencyRecord };

/** The store's records of keys: their owners, and how their operations ended. */
export class IdempotencyLedger {
  readonly counters = { reclaimed: 0, conflicts: 0, mismatches: 0 };

  constructor(
    public settings: IdempotencySettings,
    private readonly environment: EnvironmentOf<IdempotencyEvents>,
  ) {}

  /**
   * Claims the key, or waits until its owner is done or dead. Throws an `IdempotencyConflictError` when that takes too
   * long, an `IdempotencyMismatchError` for another payload, a `StoreUnavailableError`, and the call's reason when it
   * was aborted: then nothing is held.
   */
  async claim(call: LiveCall, operation: Operation): Promise<Claim | { readonly ended: IdempotencyRecord }> {
    const { clock } = this.environment;
    const giveUpAt = clock.now() + this.settings.wait;
    let entry: Entry | undefined;
    for (;;) {
      if (call.aborted) throw call.reason;
      const standing = this.read(entry, operation, call);
      if ('ended' in standing) return standing;
      if ('heldForMs' in standing) {
        const leftMs = giveUpAt - clock.now();
        if (leftMs <= 0) throw this.conflict(call, { retryAfterMs: standing.heldForMs });
        await clock.sleep(Math.min(POLL_MS, standing.heldForMs, leftMs), call.signal);
        entry = await this.lookAgain(operation, entry, call);
        continue;
      }
      const claimed = await this.tryClaim(operation, standing.attempt, standing.condition, call);
      if ('lease' in claimed) return claimed;
      entry = claimed.standing;
    }
  }

  /**
   * Keeps how the operation ended, which `endedAs` makes; when that throws, only that it was done. The provider has
   * answered: whatever goes wrong here must not be taken for its failure.
   */
  async settle(call: LiveCall, operation: Operation, { lease, attempt }: Claim, endedAs: () => Ended): Promise<void> {
    const { emit } = this.environment;
    const unsettled = (error: unknown) => emit('idempotency.unsettled', { reason: messageOf(error) }, call.operation);
    let ended: Ended;
    try {
      ended = endedAs();
    } catch (error) {
      unsettled(error);
      ended = { state: 'unkept' };
    }
    try {
      const record = serialized({ fingerprint: operation.fingerprint, attempt, ...ended });
      const held = await lease.replace(record, this.settings.ttl);
      if (!held) emit('idempotency.fenced', {}, call.operation);
    } catch (error) {
      unsettled(error);
    }
  }

  /** Frees the key when certainly no owner did anything; otherwise notes that something may have been done. */
  async release(call: LiveCall, operation: Operation, claim: Claim): Promise<void> {
    if (call.inDoubt || claim.attempt > 1) return this.settle(call, operation, claim, () => ({ state: 'unknown' }));
    try {
      await claim.lease.free();
    } catch {
      // The lease runs out by itself.
      this.environment.emit('idempotency.unsettled', { reason: 'the key could not be released' }, call.operation);
    }
  }

  mismatch({ provider, operation }: LiveCall): IdempotencyMismatchError {
    this.counters.mismatches++;
    return new IdempotencyMismatchError({ provider, operation });
  }

  conflict(
    { provider, operation }: LiveCall,
    { retryAfterMs, standing }: { retryAfterMs?: number; standing?: 'done' } = {},
  ): IdempotencyConflictError {
    this.counters.conflicts++;
    return new IdempotencyConflictError({ provider, operation, retryAfterMs }, standing);
  }

  private read(entry: Entry | undefined, { fingerprint }: Operation, call: LiveCall): Standing {
    if (entry === undefined) return { condition: 'absent', attempt: 1 };
    const record = JSON.parse(entry.value) as IdempotencyRecord;
    if (record.fingerprint !== fingerprint) throw this.mismatch(call);
    if (record.state !== 'pending' && record.state !== 'unknown') return { ended: record };
    const heldForMs = record.state === 'unknown' ? 0 : this.settings.lease - entry.ageMs;
    if (heldForMs > 0) return { heldForMs };
    return { condition: { version: entry.version }, attempt: record.attempt + 1 };
  }

  /** The state of a key that another owner holds. That owner may still be at work while the store cannot say so. */
  private async lookAgain(
    { recordKey }: Operation,
    held: Entry | undefined,
    call: LiveCall,
  ): Promise<Entry | undefined> {
    try {
      return await this.reach(() => this.environment.store.get(recordKey), call);
    } catch (error) {
      if (this.settings.storeDown === 'refuse') throw error;
      return held;
    }
  }

  private async tryClaim(
    operation: Operation,
    attempt: number,
    condition: PutCondition,
    call: LiveCall,
  ): Promise<Claim | { readonly standing: Entry | undefined }> {
    const { recordKey: key, fingerprint } = operation;
    const when = { ttlMs: this.settings.ttl, if: condition, pending: true };
    const value = serialized({ fingerprint, attempt, state: 'pending', owner: uniqueKey() });
    const result = await this.reach(() => this.environment.store.put(key, value, when), call);
    if ('standing' in result) return result;
    const claim = { lease: this.hold(key, value, result.written.version, call), attempt };
    if (call.aborted) {
      void this.release(call, operation, claim);
      throw call.reason;
    }
    if (attempt > 1) {
      this.counters.reclaimed++;
      this.environment.emit('idempotency.reclaimed', { attempt }, call.operation);
    }
    return claim;
  }

  /** Aborts the call when its lease is lost. */
  private hold(key: string, value: string, version: string, call: LiveCall): StoreLease {
    const { store, clock, emit } = this.environment;
    const { ttl: ttlMs, lease: leaseMs } = this.settings;
    const { provider, operation } = call;
    const onLost = () => {
      emit('idempotency.leaseLost', {}, operation);
      call.abort(new IdempotencyConflictError({ provider, operation }));
    };
    const onMissed = () => emit('idempotency.renewalFailed', {}, operation);
    return new StoreLease({ store, clock, key, value, version, leaseMs, ttlMs, onLost, onMissed });
  }

  private async reach<T>(operation: () => Promise<T>, call: LiveCall): Promise<T> {
    try {
      return await operation();
    } catch (cause) {
      throw new StoreUnavailableError('idempotency', { provider: call.provider, operation: call.operation, cause });
    }
  }
}

function serialized(record: IdempotencyRecord): string {
  return JSON.stringify(record);
}
