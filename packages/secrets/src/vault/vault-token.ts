import type { Clock, Timer } from '@breakwater/core';
import { SecretSourceError } from '../contract/secret-source.error.js';
import { canLogIn, renewSelf, vaultLogin, type VaultLease } from './vault-login.js';
import type { VaultRequests } from './vault-requests.js';
import type { VaultSettings } from './vault.options.js';

export interface VaultTokenParts {
  readonly auth: VaultSettings['auth'];
  readonly requests: VaultRequests;
  readonly clock: () => Clock;
  readonly random: () => number;
}

/** The share of a lease after which it is renewed, at the latest. */
const RENEW_AT = 2 / 3;
/** How much sooner some hosts do so, so that not all of them ask at once. */
const JITTER = 0.1;
/** A renewal that adds less than this share of the first lease is held back by the token's maximum. */
const ADDS_LITTLE = 2 / 3;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/**
 * The token of one source: one login for all that wait for it, renewed at two thirds of its lease, and replaced by a
 * new login where it is not renewable, has come to its maximum, or is refused.
 */
export class VaultToken {
  #lease: VaultLease | undefined;
  private login: Promise<string> | undefined;
  private timer: Timer | undefined;
  private failures = 0;
  private isClosed = false;

  constructor(private readonly parts: VaultTokenParts) {}

  /** The token. Rejects with a `SecretSourceError` where none is to be had. */
  get(): Promise<string> {
    if (this.#lease !== undefined) return Promise.resolve(this.#lease.token);
    return (this.login ??= this.logIn().finally(() => (this.login = undefined)));
  }

  /** Has `token` replaced, which was refused. Whether another is to be had. */
  drop(token: string): boolean {
    if (!canLogIn(this.parts.auth)) return false;
    if (this.#lease?.token === token) this.forget();
    return true;
  }

  close(): void {
    this.isClosed = true;
    this.forget();
  }

  private forget(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.#lease = undefined;
  }

  private async logIn(): Promise<string> {
    const lease = await vaultLogin(this.parts.auth, this.parts.requests);
    this.keep(lease, lease.leaseMs);
    return lease.token;
  }

  /** `fullMs` is what a renewal may add: less of it tells that the token comes to its maximum. */
  private keep(lease: VaultLease, fullMs: number): void {
    this.failures = 0;
    this.#lease = lease;
    if (lease.leaseMs === 0) return;
    const isLast = lease.leaseMs < fullMs * ADDS_LITTLE;
    this.schedule(lease.leaseMs * RENEW_AT, () => this.extend(lease, fullMs, lease.renewable && !isLast));
  }

  private async extend(lease: VaultLease, fullMs: number, renew: boolean): Promise<void> {
    const { auth, requests } = this.parts;
    if (!renew && !canLogIn(auth)) return;
    try {
      const next = renew ? await renewSelf(lease.token, requests) : await vaultLogin(auth, requests);
      if (!this.isClosed) this.keep(next, renew ? fullMs : next.leaseMs);
    } catch (error) {
      if (this.isClosed) return;
      // The lease of a token that may not be renewed ends: a new login is the way on, and it is tried again and again.
      const isRefused = error instanceof SecretSourceError && (error.status === 403 || error.status === 400);
      const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.failures++, LONGEST_RETRY_MS);
      this.schedule(delayMs, () => this.extend(lease, fullMs, renew && !(isRefused && canLogIn(auth))));
    }
  }

  private schedule(ms: number, run: () => Promise<void>): void {
    const { clock, random } = this.parts;
    this.timer?.cancel();
    this.timer = undefined;
    if (this.isClosed) return;
    this.timer = clock().scheduleForAll(ms * (1 - JITTER * random()), () => void run());
    this.timer.unref();
  }
}
