import { isStoreUnavailableError } from '../../errors/store-unavailable.error.js';
import type { LiveCall, Next } from '../../engine/live-call.js';
import type { Settled } from '../../outcome/outcome.js';
import type { EnvironmentOf, Wrapper } from '../../engine/policy.js';
import { SharedState } from '../../engine/shared-state.js';
import { isSingleUse } from '../../values/single-use.js';
import { canonicalText } from './canonical-text.js';
import { Flight } from './flight.js';
import { derivedKey, uniqueKey } from './idempotency-key.js';
import { IdempotencyLedger, type Claim, type Operation } from './idempotency-ledger.js';
import { IdempotencyKeyMissingError, IdempotencyPayloadError } from './idempotency.errors.js';
import { restoredError, storedError, type IdempotencyRecord } from './idempotency-record.js';
import type { IdempotencySettings } from './idempotency.options.js';
import { restoredValue, storedValue } from './stored-value.js';
import type { IdempotencyEvents, IdempotencySnapshot } from './idempotency.telemetry.js';

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

  constructor(
    private settings: IdempotencySettings,
    private readonly environment: EnvironmentOf<IdempotencyEvents>,
  ) {
    this.ledger = new IdempotencyLedger(settings, environment);
    this.flights = environment.shared(FLIGHTS);
  }

  async execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    if (call.aborted) throw call.reason;
    const operation = this.identify(call);
    // A key that was made for this call alone is known to no other, so there is nothing to claim.
    if (operation === undefined) return next(call);
    const flight = this.flights.get(operation.recordKey);
    return (await (flight === undefined ? this.fly(call, operation, next) : this.share(flight, call, operation))) as T;
  }

  get keepsOutcomes(): boolean {
    return this.settings.key !== undefined;
  }

  snapshot(): IdempotencySnapshot {
    return { inFlight: this.flights.size, ...this.counters, ...this.ledger.counters };
  }

  reconfigure(settings: IdempotencySettings): void {
    this.settings = this.ledger.settings = settings;
  }

  /**
   * Sets the call's key for the provider. Throws an `IdempotencyKeyMissingError` when the arguments name no
   * operation, an `IdempotencyPayloadError` when they cannot be told from others.
   */
  private identify(call: LiveCall): Operation | undefined {
    const { key, header, replace } = this.settings;
    const { provider, operation } = call;
    const tenant = call.key === undefined ? [] : [call.key];
    const given = call.idempotencyKey;
    if (given === undefined && key === undefined) {
      call.carriedKey = { value: uniqueKey(), header, replace, ofThisCall: true };
      return undefined;
    }
    const id = given ?? this.ask('key', key!, call);
    if (!isBusinessId(id)) throw new IdempotencyKeyMissingError({ provider, operation });
    const value = given ?? derivedKey(provider, operation, String(id), ...tenant);
    call.carriedKey = { value, header, replace, ofThisCall: false };
    return {
      recordKey: `idempotency:${provider}:${operation}:${derivedKey(value, ...tenant)}`,
      fingerprint: derivedKey(this.textOf(call)),
    };
  }

  /** The text that must be equal when the key comes again. */
  private textOf(call: LiveCall): string {
    const { provider, operation, args } = call;
    const { fingerprint } = this.settings;
    const payload = fingerprint === undefined ? args : this.ask('fingerprint', fingerprint, call);
    try {
      return canonicalText(payload);
    } catch (cause) {
      throw new IdempotencyPayloadError({ provider, operation, cause });
    }
  }

  /** One that throws refuses its call, as what cannot be told apart could be done twice; and it is reported. */
  private ask(option: 'key' | 'fingerprint', ask: (...args: unknown[]) => unknown, call: LiveCall): unknown {
    try {
      return ask(...call.args);
    } catch (error) {
      this.environment.callbackFailed(`idempotency.${option}`, error, call.operation);
      throw error;
    }
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
    if (flight.fingerprint !== fingerprint) throw this.ledger.mismatch(call);
    if (wait === 0) throw this.ledger.conflict(call);
    this.counters.shared++;
    const waiter = flight.join(call, () => this.ledger.conflict(call));
    clock.expireAfter(wait, waiter, clock.now());
    return waiter.result;
  }

  /** The answer to a duplicate, of a result that another caller has had already. */
  private shareOf(ended: Settled, call: LiveCall): Settled {
    if (!ended.ok || !isSingleUse(ended.value)) return ended;
    return { ok: false, error: this.ledger.conflict(call, { standing: 'done' }) };
  }

  private async once<T>(call: LiveCall, operation: Operation, next: Next<T>): Promise<T> {
    let claim: Claim | { readonly ended: IdempotencyRecord };
    try {
      claim = await this.ledger.claim(call, operation);
    } catch (error) {
      if (!isStoreUnavailableError(error) || this.settings.storeDown === 'refuse') throw error;
      return next(call);
    }
    if ('ended' in claim) return this.replay<T>(claim.ended, call);
    this.counters.executed++;
    return this.run(call, operation, claim, next);
  }

  private async run<T>(call: LiveCall, operation: Operation, claim: Claim, next: Next<T>): Promise<T> {
    // A run before this one may have taken effect: the provider may still be at work on it.
    if (claim.attempt > 1) call.inDoubt = true;
    let result: Settled<T>;
    try {
      result = { ok: true, value: await next(call) };
    } catch (error) {
      result = { ok: false, error };
    }
    const keeping = this.keep(call, operation, claim, result);
    // An operation that was aborted, by its callers or a timeout, is over at once.
    if (!call.aborted) await this.untilKept(keeping, call);
    if (result.ok) return result.value;
    throw result.error;
  }

  /** Keeps how the operation ended when it has been decided for good, otherwise frees the key. Never rejects. */
  private keep(call: LiveCall, operation: Operation, claim: Claim, result: Settled): Promise<void> {
    const { ledger } = this;
    const outcome = this.environment.classify(result, call);
    if (result.ok && outcome.kind === 'success') {
      return ledger.settle(call, operation, claim, () => ({ state: 'done', value: storedValue(result.value) }));
    }
    // An error that is a success, such as "already done", would be the same again, too.
    if (!result.ok && !call.cancelled && (outcome.kind === 'permanent' || outcome.kind === 'success')) {
      const { error } = result;
      return ledger.settle(call, operation, claim, () => ({ state: 'failed', error: storedError(error, outcome) }));
    }
    return ledger.release(call, operation, claim);
  }

  /** Waits for the store, but not past the deadline, nor for longer than the claim would hold: the result is there. */
  private untilKept(keeping: Promise<void>, call: LiveCall): Promise<void> {
    const { clock, emit } = this.environment;
    const longestMs = Math.min(this.settings.lease, call.deadline - clock.now());
    return new Promise((resolve) => {
      const timer = clock.schedule(longestMs, () => {
        emit('idempotency.unsettled', { reason: 'the store has not answered yet' }, call.operation);
        resolve();
      });
      void keeping.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  private replay<T>(record: IdempotencyRecord, call: LiveCall): T {
    if (record.state === 'unkept') throw this.ledger.conflict(call, { standing: 'done' });
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

function isBusinessId(id: unknown): boolean {
  return (typeof id === 'string' && id !== '') || Number.isFinite(id);
}
