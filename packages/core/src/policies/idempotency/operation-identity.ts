import type { LiveCall } from '../../engine/live-call.js';
import type { ReportCallback } from '../../events/callback-reports.js';
import { canonicalText } from './canonical-text.js';
import { derivedKey, digest, uniqueKey } from './idempotency-key.js';
import type { Operation } from './claim.js';
import { IdempotencyKeyMissingError, IdempotencyPayloadError } from './idempotency.errors.js';
import type { IdempotencySettings } from './idempotency.options.js';
import { keyPlace, type KeyPlace } from './key-place.js';

/** Tells which operation a call is: its key for the provider, the place of its record, and what tells its payload. */
export class OperationIdentity {
  private place: KeyPlace;

  constructor(
    private settings: IdempotencySettings,
    private readonly callbackFailed: ReportCallback,
  ) {
    this.place = keyPlace(settings);
  }

  configure(settings: IdempotencySettings): void {
    this.settings = settings;
    this.place = keyPlace(settings);
  }

  /**
   * Sets the call's key for the provider. Throws an `IdempotencyKeyMissingError` when the arguments name no
   * operation, an `IdempotencyPayloadError` when they cannot be told from others.
   */
  of(call: LiveCall): Operation | undefined {
    const { key, replace, maxLength = Infinity } = this.settings;
    const { provider, operation } = call;
    const tenant = call.key === undefined ? [] : [call.key];
    const given = fitting(call.carriedKey?.value, maxLength);
    if (given === undefined && key === undefined) {
      call.carriedKey = { ...this.place, value: uniqueKey(), replace, ofThisCall: true };
      return undefined;
    }
    const id = given ?? this.ask('key', key!, call);
    if (!isBusinessId(id)) throw new IdempotencyKeyMissingError({ provider, operation });
    const value = given ?? derivedKey(provider, operation, String(id), ...tenant);
    call.carriedKey = { ...this.place, value, replace, ofThisCall: false };
    return {
      recordKey: `idempotency:${provider}:${operation}:${recordName(value, call.key)}`,
      fingerprint: digest(this.textOf(call)),
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
      this.callbackFailed(`idempotency.${option}`, error, call.operation);
      throw error;
    }
  }
}

/**
 * The last part of a record's key. Always a hash: a caller's own key may be an account number, whatever its form; and
 * a derived one that is handed over by hand must come to the same record as where it was derived.
 */
function recordName(key: string, tenant: string | undefined): string {
  return tenant === undefined ? derivedKey(key) : derivedKey(key, tenant);
}

/** A key that the provider takes: one that is too long goes out as another that is derived from it. */
function fitting(key: string | undefined, maxLength: number): string | undefined {
  return key !== undefined && key.length > maxLength ? derivedKey('long', key) : key;
}

function isBusinessId(id: unknown): boolean {
  return (typeof id === 'string' && id !== '') || Number.isFinite(id);
}
