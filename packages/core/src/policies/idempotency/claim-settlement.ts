import { messageOf } from '../../errors/message-of.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import { joinedStore } from '../../store/store-lease.js';
import type { Claim, Operation } from './claim.js';
import { LOOK_MS, type EndedOperations } from './ended-operations.js';
import { IdempotencyConflictError } from './idempotency.errors.js';
import type { IdempotencySettings } from './idempotency.options.js';
import type { Ended } from './idempotency-record.js';
import type { IdempotencyEvents } from './idempotency.telemetry.js';
import { serialized } from './record-format.js';
import { storedValue } from '../../values/stored-value.js';

/** A result that is kept inside a transaction. */
interface Kept {
  readonly transaction: unknown;
  readonly result: unknown;
}

/** Writes how the operations of claimed keys ended. */
export class ClaimSettlement {
  constructor(
    private settings: IdempotencySettings,
    private readonly environment: EnvironmentOf<IdempotencyEvents>,
    private readonly endings: EndedOperations,
  ) {}

  configure(settings: IdempotencySettings): void {
    this.settings = settings;
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
      if (ended.state !== 'done' && (await this.isKeptAlready(operation, claim))) return;
      const { lease, attempt } = claim;
      const record = serialized({ ...ended, fingerprint: operation.fingerprint, attempt });
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
      if (await this.isKeptAlready(operation, claim)) return;
      await claim.lease.free();
      this.tellEnd(operation, claim);
    } catch {
      // The lease runs out by itself.
      this.environment.emit('idempotency.unsettled', { reason: 'the key could not be released' }, call.operation);
    }
  }

  /** Waiting duplicates of other processes need not be told of a call that took no longer than their first look. */
  private tellEnd({ recordKey }: Operation, { lease }: Claim): void {
    if (lease.heldMs >= LOOK_MS) this.endings.tell(recordKey);
  }

  /** A call that failed after its transaction was committed has had its effect, and its result stands. */
  private async isKeptAlready({ recordKey }: Operation, { lease, keptWithin }: Claim): Promise<boolean> {
    if (keptWithin !== true) return false;
    const standing = await this.environment.store.get(recordKey);
    return standing !== undefined && !lease.holds(standing);
  }
}
