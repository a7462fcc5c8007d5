import { Clock, FixedWindow, newId } from '@breakwater/faults';
import { Injectable } from '@nestjs/common';

export interface Reservation {
  readonly id: string;
  readonly sku: string;
}

export interface Limit {
  readonly limit: number;
  readonly perMs: number;
}

/** The records of one account. */
export class Account {
  calls = 0;
  refused = 0;
  /** Calls that came again before the time that they had been told. */
  early = 0;
  /** Calls that were answered with the reservation of an earlier one. */
  replayed = 0;
  /** By the key of the call. */
  readonly reservations = new Map<string, Reservation>();
  window: FixedWindow | undefined;
  /** When a refused call may come again, by its key. */
  readonly notBefore = new Map<string, number>();
}

/** Timers of Node may fire this much before their time. */
const TIMER_SLACK_MS = 2;

/** The reservations of each account, and how much it may call; nothing is limited until a limit is set. */
@Injectable()
export class Books {
  private readonly accounts = new Map<string, Account>();

  constructor(private readonly clock: Clock) {}

  of(name: string): Account {
    const account = this.accounts.get(name) ?? new Account();
    this.accounts.set(name, account);
    return account;
  }

  /** Counts a call. Returns after how many milliseconds it may come again, where it is one too many. */
  admit(name: string, key: string | undefined): number | undefined {
    const account = this.of(name);
    const now = this.clock.now();
    account.calls += 1;
    if (key !== undefined && now < (account.notBefore.get(key) ?? 0) - TIMER_SLACK_MS) account.early += 1;
    const admission = account.window?.take(now);
    if (admission === undefined || admission.admitted) return undefined;
    account.refused += 1;
    const pushbackMs = Math.max(1, Math.ceil(admission.resetMs));
    if (key !== undefined) account.notBefore.set(key, now + pushbackMs);
    return pushbackMs;
  }

  reserve(name: string, { sku, key }: { readonly sku: string; readonly key: string }): Reservation {
    const account = this.of(name);
    const standing = account.reservations.get(key);
    if (standing !== undefined) {
      account.replayed += 1;
      return standing;
    }
    const reservation = { id: newId('res'), sku };
    account.reservations.set(key, reservation);
    return reservation;
  }

  limit(name: string, { limit, perMs }: Limit): void {
    this.of(name).window = new FixedWindow(limit, perMs);
  }

  forget(name: string): void {
    this.accounts.delete(name);
  }
}
