import type { EventLevels } from './event-hub.js';

/** Events of a provider as a whole, whatever its policies. */
export interface EngineEvents {
  /** A function of the user threw, or returned what it may not. Told of each at first, and then once a minute. */
  'callback.failed': {
    /** Its path in the settings, such as `retry.when`; `events.on` and `events$` for listeners. */
    callback: string;
    /** The message of what it threw, or what was expected. */
    reason: string;
  };
  /** A request that may not be repeated without a key went out without the one that its call has. */
  'idempotency.keyNotSent': {
    /** The HTTP method, in upper case. */
    method: string;
    /** Where it went: scheme, host and port. */
    origin: string;
    /** The header in which the provider expects the key; empty where it goes in the body. */
    header: string;
  };
  /**
   * A policy has more keys than it remembers: some were forgotten that held calls back, or had spent part of a limit.
   * Told at first, and then once a minute.
   */
  'keys.forgotten': {
    /** The policy's kind, such as `rateLimit`. */
    policy: string;
    /** How many since it was told last. */
    forgotten: number;
  };
  /** A secret can be read again. */
  'secret.restored': {
    name: string;
    /** The name of its source, such as `vault`. */
    source: string;
  };
  /** Another value of a secret is in use. Told to each provider whose settings refer to it. */
  'secret.rotated': {
    name: string;
    source: string;
    /** The source's own word for the value. */
    version: string;
  };
  /** A secret could not be read anew: the value that was read last stays in use. */
  'secret.unavailable': {
    name: string;
    source: string;
    /** Why, without anything of the secret. */
    reason: string;
    /** How long ago it was read last. */
    ageMs: number;
  };
  /** The provider's memory is full: records were forgotten before their time. Told at first, and then once a minute. */
  'store.evicted': {
    /** The first two parts of their keys, such as `idempotency:payments`. */
    share: string;
    /** How many of the share since it was told last. */
    evicted: number;
  };
  /** The store did not do what it was asked. */
  'store.unavailable': {
    /** The message of its error. */
    reason: string;
  };
  /** There is a new access token (`http.auth.oauth2`). */
  'token.refreshed': {
    /** How long it holds; `null` where the token endpoint does not say. */
    lifetimeMs: number | null;
  };
  /** No new access token was to be had. */
  'token.unavailable': {
    /** Why, without anything of a credential. */
    reason: string;
    /** For how long the standing one can still be used; `null` where its end is not known. */
    leftMs: number | null;
  };
}

export const engineEvents: EventLevels<EngineEvents> = {
  'callback.failed': 'warn',
  'idempotency.keyNotSent': 'warn',
  'keys.forgotten': 'warn',
  'secret.restored': 'info',
  'secret.rotated': 'info',
  'secret.unavailable': 'warn',
  'store.evicted': 'warn',
  'store.unavailable': 'error',
  'token.refreshed': 'debug',
  'token.unavailable': 'warn',
};
