import { messageOf } from '../../errors/message-of.js';
import type { LiveCall } from '../../engine/live-call.js';
import { joinedStore, StoreLease, type StoreLeaseParts } from '../../store/store-lease.js';
import { StoreUnavailableError } from '../../errors/store-unavailable.error.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import { SharedState } from '../../engine/shared-state.js';
import type { Entry, PutCondition } from '../../store/store.js';
import { EndedOperations } from './ended-operations.js';
import { uniqueKey } from './idempotency-key.js';
import { IdempotencyConflictError, IdempotencyMismatchError, OutcomeUnknownError } from './idempotency.errors.js';
import type { IdempotencySettings } from './idempotency.options.js';
import type { Ended, IdempotencyRecord } from './idempotency-record.js';
import type { IdempotencyEvents } from './idempotency.telemetry.js';
import { reactionToDoubt } from './reaction-to-doubt.js';
import { recordIn, serialized } from './record-format.js';
import { storedValue } from './stored-value.js';

/** How long a duplicate of another process's call waits before it looks again, in milliseconds. */
const POLL_MS = 100;
/**
 * The same where the end of the operation is told over a bus, after the first look. Calls that take less than a first
 * look are not told of: that would cost each of them a message.
 */
const BACKSTOP_MS = 1000;

const ENDINGS = new SharedState(() => new EndedOperations());

/** The operation that a key names: where its record stands, and what must be equal when the key comes again. */
export interface Operation {
  readonly recordKey: string;
  readonly fingerprint: string;
}

/** A key that this call holds. */
export interface Claim {
  readonly lease: StoreLease;
  /** Counts its owners: above 1, an earlier owner may have had an effect. */
  readonly attempt: number;
  /** How long before this claim the first owner began, in milliseconds. */
  readonly sinceMs: number;
  /** Whether it was found out that no earlier owner has had an effect. */
  cleared?: boolean;
  /** Whether a transaction of the caller's may have settled it. */
  keptWithin?: boolean;
}

/** The state of a key: it can be claimed under a condition, is held for a while, or its operation has ended. */
type Standing =
  | { readonly condition: PutCondition; readonly attempt: number; readonly sinceMs: number }
  | { readonly heldForMs: number }
  | { readonly ended: IdempotencyRecord };

type Takeable = Extract<Standing, { readonly condition: PutCondition }>;

/** A result that is kept inside a transaction. */
interface Kept {
  readonly transaction: unknown;
  readonly result: unknown;
}

/** The store's records of keys: their owners, and how their operations ended. */
export class IdempotencyLedger {
  readonly counters = { reclaimed: 0, conflicts: 0, mismatches: 0, unknown: 0 };
  private readonly endings: EndedOperations;

  constructor(
    public settings: IdempotencySettings,
    private readonly environment: EnvironmentOf<IdempotencyEvents>,
  ) {
    const { provider, store, shared } = environment;
    this.endings = shared(ENDINGS).over(provider, store.bus);
  }

  /**
   * Claims the key, or waits until its owner is done or dead. Throws an `IdempotencyConflictError` when that takes too
   * long, an `IdempotencyMismatchError` for another payload, an `OutcomeUnknownError` where an earlier owner may have
   * had an effect and nothing may be done about it, a `StoreUnavailableError`, and the call's reason when it was
   * aborted: then nothing is held.
   */
  async claim(call: LiveCall, operation: Operation): Promise<Claim | { readonly ended: IdempotencyRecord }> {
    const { clock } = this.environment;
    const giveUpAt = clock.now() + this.settings.wait;
    let entry: Entry | undefined;
    for (let looks = 0; ;) {
      if (call.aborted) throw call.reason;
      const standing = this.read(entry, operation, call);
      if ('ended' in standing) return standing;
      if ('heldForMs' in standing) {
        const leftMs = giveUpAt - clock.now();
        if (leftMs <= 0) throw this.conflict(call, { retryAfterMs: standing.heldForMs });
        const pauseMs = looks++ > 0 && this.endings.isHeard ? BACKSTOP_MS : POLL_MS;
        const longestMs = Math.min(pauseMs, standing.heldForMs, leftMs);
        await this.endings.wait(operation.recordKey, longestMs, { clock, signal: call.signal });
        const seen = entry;
        entry = await this.lookAgain(operation, seen, call);
        // A look that failed is soon repeated: the bus may be away with the store.
        if (entry === seen) looks = 0;
        continue;
      }
      this.admit(standing, call);
      const claimed = await this.tryClaim(operation, standing, call);
      if ('lease' in claimed) return claimed;
      entry = claimed.standing;
    }
  }

  /**
   * Keeps how the operation ended, which `endedAs` makes; when that throws, only that it was done. The provider has
   * answered: whatever goes wrong here must not be taken for its failure.
   */
  async settle(call: LiveCall, operation: Operation, claim: Claim, endedAs: () => Ended): Promise<void> {
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
      if (await this.isKeptAlready(operation, claim, ended)) return;
      const { lease, attempt } = claim;
      const record = serialized({ fingerprint: operation.fingerprint, attempt, ...ended });
      const held = await lease.replace(record, this.settings.ttl);
      if (held) this.tellEnd(operation, claim);
      else emit('idempotency.fenced', {}, call.operation);
    } catch (error) {
      unsettled(error);
    }
  }

  /**
   * Keeps the result inside a transaction of the caller's. Throws when the claim was lost or the store can take part in
   * no transaction: at once where the store is synchronous.
   */
  settleWithin(call: LiveCall, operation: Operation, claim: Claim, { transaction, result }: Kept): Promise<void> {
    const { provider, operation: name } = call;
    const joined = joinedStore(this.environment.store, transaction);
    if (joined === undefined) {
      throw new TypeError(
        `${provider}: keepWithin() needs a store of the database that the transaction is in, such as SqliteStore or PostgresStore`,
      );
    }
    const value = storedValue(result);
    const record = { fingerprint: operation.fingerprint, attempt: claim.attempt, state: 'done', value } as const;
    claim.keptWithin = true;
    const onLost = () => new IdempotencyConflictError({ provider, operation: name });
    return claim.lease.replaceWithin(joined, serialized(record), { ttlMs: this.settings.ttl, onLost });
  }

  /** Frees the key when certainly no owner did anything; otherwise notes that something may have been done. */
  async release(call: LiveCall, operation: Operation, claim: Claim): Promise<void> {
    const isDoubtful = call.inDoubt || (claim.attempt > 1 && claim.cleared !== true);
    if (isDoubtful) {
      const sinceMs = claim.sinceMs + claim.lease.heldMs;
      return this.settle(call, operation, claim, () => ({ state: 'unknown', sinceMs }));
    }
    try {
      await claim.lease.free();
      this.tellEnd(operation, claim);
    } catch {
      // The lease runs out by itself.
      this.environment.emit('idempotency.unsettled', { reason: 'the key could not be released' }, call.operation);
    }
  }

  /** The error of a call whose operation an earlier run may have done. */
  outcomeUnknown({ provider, operation }: LiveCall, cause?: unknown): OutcomeUnknownError {
    this.counters.unknown++;
    const reason = cause === undefined ? 'an earlier run may have had its effect' : messageOf(cause);
    this.environment.emit('idempotency.outcomeUnknown', { reason }, operation);
    return new OutcomeUnknownError({ provider, operation, cause });
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
    if (entry === undefined) return { condition: 'absent', attempt: 1, sinceMs: 0 };
    const record = this.recordOf(entry, call);
    if (record.fingerprint !== fingerprint) throw this.mismatch(call);
    if (record.state !== 'pending' && record.state !== 'unknown') return { ended: record };
    const heldForMs = record.state === 'unknown' ? 0 : this.settings.lease - entry.ageMs;
    if (heldForMs > 0) return { heldForMs };
    const sinceMs = (record.sinceMs ?? 0) + entry.ageMs;
    return { condition: { version: entry.version }, attempt: record.attempt + 1, sinceMs };
  }

  private recordOf(entry: Entry, call: LiveCall): IdempotencyRecord {
    try {
      return recordIn(entry.value);
    } catch (error) {
      throw this.outcomeUnknown(call, error);
    }
  }

  /** Refuses to take a key over where nothing may be done about the doubt. The record stays as it is. */
  private admit({ attempt, sinceMs }: Takeable, call: LiveCall): void {
    if (attempt > 1 && reactionToDoubt(this.settings, sinceMs) === 'refuse') throw this.outcomeUnknown(call);
  }

  /** Waiting duplicates of other processes need not be told of a call that took no longer than their first look. */
  private tellEnd({ recordKey }: Operation, { lease }: Claim): void {
    if (lease.heldMs >= POLL_MS) this.endings.tell(recordKey);
  }

  /** A call that failed after its transaction was committed has had its effect, and its result stands. */
  private async isKeptAlready(
    { recordKey }: Operation,
    { lease, keptWithin }: Claim,
    { state }: Ended,
  ): Promise<boolean> {
    if (keptWithin !== true || state === 'done') return false;
    const standing = await this.environment.store.get(recordKey);
    return standing !== undefined && !lease.holds(standing);
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
    { attempt, condition, sinceMs }: Takeable,
    call: LiveCall,
  ): Promise<Claim | { readonly standing: Entry | undefined }> {
    const { recordKey: key, fingerprint } = operation;
    const when = { ttlMs: this.settings.ttl, if: condition, pending: true };
    const owner = uniqueKey();
    const value = (heldMs: number) =>
      serialized({ fingerprint, attempt, state: 'pending', owner, sinceMs: Math.round(sinceMs + heldMs) });
    const result = await this.reach(() => this.environment.store.put(key, value(0), when), call);
    if ('standing' in result) return result;
    const lease = this.hold({ key, owner, value, version: result.written.version }, call);
    const claim: Claim = { lease, attempt, sinceMs };
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
  private hold(held: Pick<StoreLeaseParts, 'key' | 'owner' | 'value' | 'version'>, call: LiveCall): StoreLease {
    const { store, clock, emit } = this.environment;
    const { ttl: ttlMs, lease: leaseMs } = this.settings;
    const { provider, operation } = call;
    const onLost = () => {
      emit('idempotency.leaseLost', {}, operation);
      call.abort(new IdempotencyConflictError({ provider, operation }));
    };
    const onMissed = () => emit('idempotency.renewalFailed', {}, operation);
    return new StoreLease({ ...held, store, clock, leaseMs, ttlMs, onLost, onMissed });
  }

  private async reach<T>(operation: () => Promise<T>, call: LiveCall): Promise<T> {
    try {
      return await operation();
    } catch (cause) {
      throw new StoreUnavailableError('idempotency', { provider: call.provider, operation: call.operation, cause });
    }
  }
}
