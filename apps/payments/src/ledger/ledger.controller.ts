import { CallLog, IdempotencyRecords } from '@breakwater/faults';
import { Controller, Delete, Get, Query } from '@nestjs/common';
import { type MerchantQuery, merchantQuery } from '../merchant-query.js';
import { doublesIn, type LedgerReport } from './ledger-report.js';
import { Ledger } from './ledger.service.js';

@Controller('ledger')
export class LedgerController {
  constructor(
    private readonly ledger: Ledger,
    private readonly calls: CallLog,
    private readonly records: IdempotencyRecords,
  ) {}

  @Get()
  report(@Query({ schema: merchantQuery }) { merchant }: MerchantQuery): LedgerReport {
    const charges = this.ledger.entriesOf(merchant);
    const calls = this.calls.of(merchant);
    return { charges, calls: calls.counts(), timeline: calls.timeline(), ...doublesIn(charges) };
  }

  /** Forgets the merchant's charges, counters and idempotency keys. */
  @Delete()
  reset(@Query({ schema: merchantQuery }) query: MerchantQuery): LedgerReport {
    this.ledger.reset(query.merchant);
    this.records.forget(query.merchant);
    return this.report(query);
  }
}
