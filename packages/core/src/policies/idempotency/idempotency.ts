import type { LiveCall, Next } from '../../call.js';
import { Deadline } from '../../deadline-list.js';
import { isStoreUnavailableError } from '../../errors/store-unavailable.error.js';
import type { Environment, Wrapper } from '../../policy.js';
import { canonicalJson } from './canonical-json.js';
import { derivedKey, uniqueKey } from './idempotency-key.js';
import { IdempotencyLedger, type Claim, type Operation } from './idempotency-ledger.js';
import { IdempotencyKeyMissingError } from './idempotency.errors.js';
import { restoredError, storedError, type IdempotencyRecord } from './idempotency-record.js';
import type { IdempotencySettings } from './idempotency.options.js';

/** A call of this process that is under way, and those that wait for it. */
interface Flight {
  readonly owner: LiveCall;
  readonly fingerprint: string;
  readonly result: Promise<unknown>;
}

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
    private readonly environment: Environment,
  ) {
    this.ledger = new IdempotencyLedger(settings, environment);
    this.flights = environment.shared('idempotencyFlights', () => new Map<string, Flight>());
  }

  async execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    const operation = this.identify(call);
    // Nobody else can know a key that was made for this call alone, so there is nothing to claim.
    if (operation === undefined) return next(call);
    for (;;) {
      const flight = this.flights.get(operation.recordKey);
      if (flight === undefined) return this.fly(call, operation, next);
      if (flight.fingerprint !== operation.fingerprint) throw this.ledger.mismatch(call);
      if (this.settings.wait === 0) throw this.ledger.conflict(call, undefined);
      this.counters.shared++;
      try {
        return (await this.share(flight, call)) as T;
      } catch (error) {
        const over = this.flights.get(operation.recordKey) !== flight;
        // Its caller gave up, this one did not.
        if (call.aborted || !over || !flight.owner.cancelled) throw error;
      }
    }
  }

  snapshot(): Readonly<Record<string, unknown>> {
    return { inFlight: this.flights.size, ...this.counters, ...this.ledger.counters };
  }

  reconfigure(settings: IdempotencySettings): void {
    this.settings = this.ledger.settings = settings;
  }

  /** Gives the call its key for the provider. Throws an `IdempotencyKeyMissingError` when the arguments name no operation. */
  private identify(call: LiveCall): Operation | undefined {
    const { key, fingerprint = (...args: unknown[]) => args } = this.settings;
    const { provider, operation, args } = call;
    const tenant = call.key === undefined ? [] : [call.key];
    if (call.idempotencyKey === undefined && key === undefined) {
      call.idempotencyKey = uniqueKey();
      return undefined;
    }
    if (call.idempotencyKey === undefined) {
      const id = key!(...args);
      if (!isBusinessId(id)) throw new IdempotencyKeyMissingError({ provider, operation });
      call.idempotencyKey = derivedKey(provider, operation, String(id), ...tenant);
    }
    return {
      recordKey: `idempotency:${provider}:${operation}:${derivedKey(call.idempotencyKey, ...tenant)}`,
      fingerprint: derivedKey(canonicalJson(fingerprint(...args))),
    };
  }

  private fly<T>(call: LiveCall, operation: Operation, next: Next<T>): Promise<T> {
    const result = this.once(call, operation, next).finally(() => this.flights.delete(operation.recordKey));
    this.flights.set(operation.recordKey, { owner: call, fingerprint: operation.fingerprint, result });
    return result;
  }

  /** The result of the call under way, unless that takes longer than a duplicate waits. */
  private share(flight: Flight, call: LiveCall): Promise<unknown> {
    const { clock } = this.environment;
    return new Promise((resolve, reject) => {
      const limit = new WaitLimit(() => reject(this.ledger.conflict(call, undefined)));
      clock.expireAfter(this.settings.wait, limit, clock.now());
      const result = call.race(flight.result).finally(() => limit.remove());
      result.then(resolve, reject);
    });
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
    const { ledger, environment } = this;
    try {
      const value = await next(call);
      const succeeded = environment.classify({ ok: true, value }).kind === 'success';
      if (succeeded) await ledger.settle(call, operation, claim, { state: 'done', value });
      else await ledger.release(call, operation, claim);
      return value;
    } catch (error) {
      const deterministic = !call.cancelled && environment.classify({ ok: false, error }).kind === 'permanent';
      if (deterministic) await ledger.settle(call, operation, claim, { state: 'failed', error: storedError(error) });
      else await ledger.release(call, operation, claim);
      throw error;
    }
  }

  private replay<T>(record: IdempotencyRecord, call: LiveCall): T {
    this.counters.replayed++;
    this.environment.emit('idempotency.replayed', { state: record.state }, call.operation);
    if (record.state === 'failed') throw restoredError(record.error);
    return (record as { value?: unknown }).value as T;
  }
}

/** Ends a duplicate's wait. */
class WaitLimit extends Deadline {
  constructor(readonly expire: () => void) {
    super();
  }
}

function isBusinessId(id: unknown): boolean {
  return (typeof id === 'string' && id !== '') || Number.isFinite(id);
}
