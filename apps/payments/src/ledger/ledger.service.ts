import { CallLog } from '@breakwater/faults';
import { Injectable } from '@nestjs/common';
import type { Charge } from '../charges/charge.js';

export interface LedgerEntry extends Pick<Charge, 'id' | 'reference' | 'amount' | 'currency'> {
  readonly idempotencyKey: string | null;
  /** RFC 3339. */
  readonly at: string;
}

/** Every charge that was made, whether or not its merchant heard of it. */
@Injectable()
export class Ledger {
  private readonly entries = new Map<string, LedgerEntry[]>();

  constructor(private readonly calls: CallLog) {}

  record(merchant: string, charge: Charge, idempotencyKey: string | null = null): void {
    const { id, reference, amount, currency, createdAt: at } = charge;
    const entries = this.entries.get(merchant) ?? [];
    entries.push({ id, reference, amount, currency, idempotencyKey, at });
    this.entries.set(merchant, entries);
    this.calls.of(merchant).accepted();
  }

  entriesOf(merchant: string): readonly LedgerEntry[] {
    return this.entries.get(merchant) ?? [];
  }

  reset(merchant: string): void {
    this.entries.delete(merchant);
    this.calls.reset(merchant);
  }
}
