import type { LiveCall, Next } from '../../engine/live-call.js';
import type { Settled } from '../../outcome/outcome.js';
import type { EnvironmentOf, Wrapper } from '../../engine/policy.js';
import { SharedState } from '../../engine/shared-state.js';
import { rejected } from '../../engine/attempt/rejected.js';
import { isSingleUse } from '../../values/single-use.js';
import { endsWithin } from './ends-within.js';
import { Flight } from './flight.js';
import type { Claim, Operation } from './claim.js';
import { IdempotencyLedger } from './idempotency-ledger.js';
import { OperationIdentity } from './operation-identity.js';
import { reactionToDoubt } from './reaction-to-doubt.js';
import { restoredError, storedError, type IdempotencyRecord } from './idempotency-record.js';
import type { IdempotencySettings } from './idempotency.options.js';
import { restoredValue, storedValue } from '../../values/stored-value.js';
import type { IdempotencyEvents, IdempotencySnapshot } from './idempotency.telemetry.js';
import { callForWork } from '../../engine/derived-calls.js';

/** The operations under way, by the keys of their records: methods with settings of their own share them, too. */
const FLIGHTS = new SharedState(() => new Map<string, Flight>());

/**
 * One key over all attempts of an operation, all restarts and all hosts. Its outcome is kept in the store and replayed;
 * duplicates in flight share it. A key with another payload is refused.
 */
export class Idempotency implements Wrapper {
  readonly kind = 'idempotency';
  private readonly ledger: IdempotencyLedger;
  private readonly flights: Map<string, Flight>;
  private counters = { executed: 0, replayed: 0, shared: 0 };
  private readonly identity: OperationIdentity;

  constructor(
    private settings: IdempotencySettings,
    private readonly environment: EnvironmentOf<IdempotencyEvents>,
  ) {
    this.identity = new OperationIdentity(settings, environment.callbackFailed);
    this.ledger = new IdempotencyLedger(settings, environment);
    this.flights = environment.shared(FLIGHTS);
  }

  execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    try {
      if (call.aborted) throw call.reason;
      const operation = this.identity.of(call);
      // A key that was made for this call alone is known to no other, so there is nothing to claim.
      if (operation === undefined) return next(call);
      const flight = this.flights.get(operation.recordKey);
      const result = flight === undefined ? this.fly(call, operation, next) : this.share(flight, call, operation);
      return result as Promise<T>;
    } catch (error) {
      return rejected(call, error) as Promise<T>;
    }
  }

  get keepsOutcomes(): boolean {
    return this.settings.key !== undefined;
  }

  snapshot(): IdempotencySnapshot {
    return { inFlight: this.flights.size, ...this.counters, ...this.ledger.counters };
  }

  reconfigure(settings: IdempotencySettings): void {
    this.settings = settings;
    this.ledger.configure(settings);
    this.identity.configure(settings);
  }

  private fly<T>(call: LiveCall, operation: Operation, next: Next<T>): Promise<unknown> {
    const { recordKey, fingerprint } = operation;
    const forget = (over: Flight) => {
      if (this.flights.get(recordKey) === over) this.flights.delete(recordKey);
    };
    const flight = new Flight(call, fingerprint, forget);
    const { result } = flight.join(call);
    this.flights.set(recordKey, flight);
    const land = (ended: Settled) => {
      forget(flight);
      flight.land((first, waiting) => (first ? ended : this.shareOf(ended, waiting)));
    };
    this.once(flight.call, operation, next).then(
      (value) => land({ ok: true, value }),
      (error: unknown) => land({ ok: false, error }),
    );
    return result;
  }

  /** The result of the call under way, unless that takes longer than a duplicate waits. */
  private share(flight: Flight, call: LiveCall, { fingerprint }: Operation): Promise<unknown> {
    const { clock } = this.environment;
    const { wait } = this.settings;
    if (flight.fingerprint !== fingerprint) throw this.ledger.refusals.mismatch(call);
    if (wait === 0) throw this.ledger.refusals.conflict(call);
    this.counters.shared++;
    const waiter = flight.join(call, () => this.ledger.refusals.conflict(call));
    clock.expireAfter(wait, waiter, clock.now());
    return waiter.result;
  }

  /** The answer to a duplicate, of a result that another caller has had already. */
  private shareOf(ended: Settled, call: LiveCall): Settled {
    if (!ended.ok || !isSingleUse(ended.value)) return ended;
    return { ok: false, error: this.ledger.refusals.conflict(call, { standing: 'done' }) };
  }

  private async once<T>(call: LiveCall, operation: Operation, next: Next<T>): Promise<T> {
    const claim = await this.ledger.claim(call, operation);
    if (claim === undefined) return next(call);
    if ('ended' in claim) return this.replay<T>(claim.ended, call);
    let result: Settled<T>;
    try {
      const found = claim.attempt > 1 ? await this.resolveDoubt(call, claim, next) : undefined;
      result = {
        ok: true,
        value: found === undefined ? await this.perform(call, operation, claim, next) : found.value,
      };
    } catch (error) {
      result = { ok: false, error };
    }
    const keeping = this.keep(call, operation, claim, result);
    // An operation that was aborted, by its callers or a timeout, is over at once.
    if (!call.aborted && !(await endsWithin(this.longestWait(call), keeping, this.environment.clock))) {
      this.environment.emit('idempotency.unsettled', { reason: 'the store has not answered yet' }, call.operation);
    }
    if (result.ok) return result.value;
    throw result.error;
  }

  private perform<T>(call: LiveCall, operation: Operation, claim: Claim, next: Next<T>): Promise<T> {
    this.counters.executed++;
    const { window } = this.settings;
    // Where the provider has forgotten the key, a retry would be a new request.
    if (window !== undefined) {
      call.deadline = Math.min(call.deadline, this.environment.clock.now() + Math.max(0, window - claim.sinceMs));
    }
    const keepWithin = (transaction: unknown, result: unknown) =>
      this.ledger.settlement.settleWithin(call, operation, claim, { transaction, result });
    call.carriedKey = { ...call.carriedKey!, keepWithin };
    return next(call);
  }

  /**
   * Finds out what an earlier run has done; `undefined` where the method is to run. Throws an
   * `OutcomeUnknownError` where it is not known.
   */
  private async resolveDoubt<T>(
    call: LiveCall,
    claim: Claim,
    next: Next<T>,
  ): Promise<{ readonly value: T } | undefined> {
    const { emit } = this.environment;
    // A run before this one may have taken effect: the provider may still be at work on it.
    call.inDoubt = true;
    // The key may have been taken over since it was judged.
    const reaction = reactionToDoubt(this.settings, claim.sinceMs);
    if (reaction === 'refuse') throw this.ledger.refusals.outcomeUnknown(call);
    if (reaction === 'repeat') return undefined;
    const found = await this.probe(call, next);
    emit('idempotency.probed', { found: found === undefined ? 'not done' : 'done' }, call.operation);
    if (found !== undefined) return { value: found };
    call.inDoubt = false;
    claim.cleared = true;
    return undefined;
  }

  /** Asks the probe, through the same policies as the method. */
  private async probe<T>(call: LiveCall, next: Next<T>): Promise<T | undefined> {
    const { probe } = this.settings;
    const asking = callForWork(call, ({ args }) => probe!(...args));
    const stopListening = call.onAbort(() => asking.abort(call.reason, call.cancelled));
    try {
      return await next(asking);
    } catch (error) {
      if (call.aborted) throw error;
      this.environment.emit('idempotency.probed', { found: 'unknown' }, call.operation);
      throw this.ledger.refusals.outcomeUnknown(call, error);
    } finally {
      stopListening();
    }
  }

  /** Keeps how the operation ended when it has been decided for good, otherwise frees the key. Never rejects. */
  private keep(call: LiveCall, operation: Operation, claim: Claim, result: Settled): Promise<void> {
    const { settlement } = this.ledger;
    const outcome = this.environment.classify(result, call);
    if (result.ok && outcome.kind === 'success') {
      return settlement.settle(call, operation, claim, () => ({ state: 'done', value: storedValue(result.value) }));
    }
    // An error that is a success, such as "already done", would be the same again, too.
    if (!result.ok && !call.cancelled && (outcome.kind === 'permanent' || outcome.kind === 'success')) {
      const { error } = result;
      return settlement.settle(call, operation, claim, () => ({ state: 'failed', error: storedError(error, outcome) }));
    }
    return settlement.release(call, operation, claim);
  }

  /** How long to wait for the store: not past the deadline, nor for longer than the claim would hold. */
  private longestWait({ deadline }: LiveCall): number {
    const { lease } = this.settings;
    return deadline === Infinity ? lease : Math.min(lease, deadline - this.environment.clock.now());
  }

  private replay<T>(record: IdempotencyRecord, call: LiveCall): T {
    if (record.state === 'unkept') throw this.ledger.refusals.conflict(call, { standing: 'done' });
    this.counters.replayed++;
    this.environment.emit(
      'idempotency.replayed',
      { state: record.state === 'failed' ? 'failed' : 'done' },
      call.operation,
    );
    if (record.state === 'failed') throw restoredError(record.error);
    return restoredValue((record as { readonly value: unknown }).value) as T;
  }
}
