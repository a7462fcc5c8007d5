import type { LiveCall, Next } from '../../call.js';
import { StoreUnavailableError } from '../../errors/store-unavailable.error.js';
import type { Environment, Wrapper } from '../../policy.js';
import type { Entry } from '../../store.js';
import { canonicalJson } from './canonical-json.js';
import { derivedKey, uniqueKey } from './idempotency-key.js';
import {
  IdempotencyConflictError,
  IdempotencyKeyMissingError,
  IdempotencyMismatchError,
} from './idempotency.errors.js';
import { restoredError, storedError, type IdempotencyRecord } from './idempotency-record.js';
import type { IdempotencySettings } from './idempotency.options.js';
import { Lease } from './lease.js';

/** How long a duplicate of another process's call waits before it looks again, in milliseconds. */
const POLL_MS = 100;

/** A call of this process that is under way, and those that wait for it. */
interface Flight {
  readonly owner: LiveCall;
  readonly fingerprint: string;
  readonly result: Promise<unknown>;
}

/** The operation that a key names: where its record stands, and what must be equal when the key comes again. */
interface Operation {
  readonly recordKey: string;
  readonly fingerprint: string;
}

/** What stands under a key: it can be had under a condition, is held for a while, or its operation has ended. */
type Standing =
  | { readonly condition: 'absent' | { readonly version: string }; readonly attempt: number }
  | { readonly heldForMs: number }
  | { readonly ended: IdempotencyRecord };

/** What a claim brought: the lease of a new owner, or the record of an operation that has ended. */
type Claim = Claimed | { readonly ended: IdempotencyRecord };

interface Claimed {
  readonly lease: Lease;
  readonly attempt: number;
}

/**
 * One key over all attempts of an operation, all restarts and all hosts. Its outcome is kept in the store and replayed;
 * duplicates in flight share it. A key with another payload is refused.
 */
export class Idempotency implements Wrapper {
  readonly kind = 'idempotency';
  private readonly flights: Map<string, Flight>;
  private counters = { executed: 0, replayed: 0, shared: 0, reclaimed: 0, conflicts: 0, mismatches: 0 };

  constructor(
    private settings: IdempotencySettings,
    private readonly environment: Environment,
  ) {
    this.flights = environment.shared('idempotencyFlights', () => new Map<string, Flight>());
  }

  async execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const operation = this.identify(call);
    // Nobody else can know a key that was made for this call alone, so there is nothing to claim.
    if (operation === undefined) return next(call);
    for (;;) {
      const flight = this.flights.get(operation.recordKey);
      if (flight === undefined) return this.fly(call, operation, next);
      if (flight.fingerprint !== operation.fingerprint) throw this.mismatch(call);
      if (this.settings.wait === 0) throw this.conflict(call, undefined);
      this.counters.shared++;
      try {
        return (await call.race(flight.result)) as T;
      } catch (error) {
        // Its caller gave up, this one did not.
        if (call.aborted || !flight.owner.cancelled) throw error;
      }
    }
  }

  snapshot(): Readonly<Record<string, unknown>> {
    return { inFlight: this.flights.size, ...this.counters };
  }

  reconfigure(settings: IdempotencySettings): void {
    this.settings = settings;
  }

  /** Gives the call its key for the provider. */
  private identify(call: LiveCall): Operation | undefined {
    const { key, fingerprint = (...args: unknown[]) => args } = this.settings;
    const { provider, operation, args } = call;
    if (call.idempotencyKey === undefined && key === undefined) {
      call.idempotencyKey = uniqueKey();
      return undefined;
    }
    if (call.idempotencyKey === undefined) {
      const id = key!(...args);
      if ((typeof id !== 'string' || id === '') && typeof id !== 'number')
        throw new IdempotencyKeyMissingError({ provider, operation });
      call.idempotencyKey = derivedKey(provider, operation, String(id));
    }
    return {
      recordKey: `idempotency:${provider}:${operation}:${call.idempotencyKey}`,
      fingerprint: derivedKey(canonicalJson(fingerprint(...args))),
    };
  }

  private fly<T>(call: LiveCall, operation: Operation, next: Next<T>): Promise<T> {
    const result = this.once(call, operation, next).finally(() => this.flights.delete(operation.recordKey));
    this.flights.set(operation.recordKey, { owner: call, fingerprint: operation.fingerprint, result });
    return result;
  }

  private async once<T>(call: LiveCall, operation: Operation, next: Next<T>): Promise<T> {
    let claim: Claim;
    try {
      claim = await this.claim(call, operation);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || this.settings.storeDown === 'refuse') throw error;
      return next(call);
    }
    if ('ended' in claim) return this.replay<T>(claim.ended, call);
    this.counters.executed++;
    return this.run(call, operation, claim, next);
  }

  private async run<T>(
    call: LiveCall,
    { recordKey, fingerprint }: Operation,
    claim: Claimed,
    next: Next<T>,
  ): Promise<T> {
    const { lease, attempt } = claim;
    const ended = { fingerprint, attempt };
    try {
      const value = await next(call);
      const outcome = this.environment.classify({ ok: true, value });
      if (outcome.kind === 'success') await this.settle(recordKey, lease, { ...ended, state: 'done', value }, call);
      else await this.release(recordKey, lease, ended, call);
      return value;
    } catch (error) {
      const deterministic = !call.cancelled && this.environment.classify({ ok: false, error }).kind === 'permanent';
      if (deterministic)
        await this.settle(recordKey, lease, { ...ended, state: 'failed', error: storedError(error) }, call);
      else await this.release(recordKey, lease, ended, call);
      throw error;
    }
  }

  /** Claims the key, or waits until whoever has it is done or dead. */
  private async claim(call: LiveCall, operation: Operation): Promise<Claim> {
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
      const { attempt, condition } = standing;
      const record: IdempotencyRecord = { fingerprint: operation.fingerprint, attempt, state: 'pending' };
      const claimed = await this.tryClaim(operation.recordKey, record, condition, call);
      if (claimed instanceof Lease) {
        if (attempt > 1) this.noteReclaim(attempt, call);
        return { lease: claimed, attempt };
      }
      entry = claimed;
    }
  }

  /** What stands under the key: nothing that holds it, somebody's lease, or an outcome. */
  private read(entry: Entry | undefined, operation: Operation, call: LiveCall): Standing {
    if (entry === undefined) return { condition: 'absent', attempt: 1 };
    const record = JSON.parse(entry.value) as IdempotencyRecord;
    if (record.fingerprint !== operation.fingerprint) throw this.mismatch(call);
    if (record.state === 'done' || record.state === 'failed') return { ended: record };
    const heldForMs = record.state === 'unknown' ? 0 : this.settings.lease - entry.ageMs;
    if (heldForMs > 0) return { heldForMs };
    return { condition: { version: entry.version }, attempt: record.attempt + 1 };
  }

  private noteReclaim(attempt: number, call: LiveCall): void {
    this.counters.reclaimed++;
    this.environment.emit('idempotency.reclaimed', { attempt }, call.operation);
  }

  /** A lease when the key was free, what stands there otherwise. */
  private async tryClaim(
    recordKey: string,
    record: IdempotencyRecord,
    condition: 'absent' | { version: string },
    call: LiveCall,
  ): Promise<Lease | Entry | undefined> {
    const { ttl: ttlMs, lease: leaseMs } = this.settings;
    const value = JSON.stringify(record);
    const result = await this.reach(() => this.environment.store.put(recordKey, value, { ttlMs, if: condition }), call);
    if ('standing' in result) return result.standing;
    return new Lease(recordKey, value, result.written.version, { leaseMs, ttlMs }, this.environment, call);
  }

  private async reach<T>(operation: () => Promise<T>, call: LiveCall): Promise<T> {
    try {
      return await operation();
    } catch (cause) {
      throw new StoreUnavailableError('idempotency', { provider: call.provider, operation: call.operation, cause });
    }
  }

  /** Keeps the outcome. The provider has answered: whatever goes wrong here must not be taken for its failure. */
  private async settle(recordKey: string, lease: Lease, record: IdempotencyRecord, call: LiveCall): Promise<void> {
    const { store, emit } = this.environment;
    try {
      await lease.end();
      const result = await store.put(recordKey, serialized(record), {
        ttlMs: this.settings.ttl,
        if: { version: lease.version },
      });
      if ('standing' in result) emit('idempotency.fenced', {}, call.operation);
    } catch (error) {
      emit('idempotency.unsettled', { reason: error instanceof Error ? error.message : String(error) }, call.operation);
    }
  }

  /** Frees the key when certainly nothing was done; else notes that something may have been. */
  private async release(
    recordKey: string,
    lease: Lease,
    ended: { fingerprint: string; attempt: number },
    call: LiveCall,
  ): Promise<void> {
    if (call.inDoubt) return this.settle(recordKey, lease, { ...ended, state: 'unknown' }, call);
    try {
      await lease.end();
      await this.environment.store.delete(recordKey, { version: lease.version });
    } catch {
      // The lease runs out by itself.
      this.environment.emit('idempotency.unsettled', { reason: 'the key could not be released' }, call.operation);
    }
  }

  private replay<T>(record: IdempotencyRecord, call: LiveCall): T {
    this.counters.replayed++;
    this.environment.emit('idempotency.replayed', { state: record.state }, call.operation);
    if (record.state === 'failed') throw restoredError(record.error);
    return (record as { value?: unknown }).value as T;
  }

  private mismatch({ provider, operation }: LiveCall): IdempotencyMismatchError {
    this.counters.mismatches++;
    return new IdempotencyMismatchError({ provider, operation });
  }

  private conflict({ provider, operation }: LiveCall, retryAfterMs: number | undefined): IdempotencyConflictError {
    this.counters.conflicts++;
    return new IdempotencyConflictError({ provider, operation, retryAfterMs });
  }
}

function serialized(record: IdempotencyRecord): string {
  if (record.state === 'done' && record.value instanceof Response) {
    throw new TypeError('a Response cannot be kept for replay: return its parsed body from the method');
  }
  return JSON.stringify(record);
}
