import { type CallCounts, CallLog, IdempotencyRecords, shape, text, type TimelineRow } from '@breakwater/faults';
import { Controller, Delete, Get, Query } from '@nestjs/common';
import type * as v from 'valibot';
import { Records, type SyncedOrder } from './records.service.js';

const accountQuery = shape({ account: text(200) });
type AccountQuery = v.InferOutput<typeof accountQuery>;

/** The answer of both `/records` routes. */
export interface RecordsReport {
  readonly orders: readonly SyncedOrder[];
  readonly calls: CallCounts;
  readonly timeline: readonly TimelineRow[];
}

@Controller('records')
export class RecordsController {
  constructor(
    private readonly records: Records,
    private readonly calls: CallLog,
    private readonly keys: IdempotencyRecords,
  ) {}

  @Get()
  report(@Query({ schema: accountQuery }) { account }: AccountQuery): RecordsReport {
    const calls = this.calls.of(account);
    return { orders: this.records.ordersOf(account), calls: calls.counts(), timeline: calls.timeline() };
  }

  /** Forgets the account's orders, counters and idempotency keys. */
  @Delete()
  reset(@Query({ schema: accountQuery }) query: AccountQuery): RecordsReport {
    this.records.reset(query.account);
    this.keys.forget(query.account);
    return this.report(query);
  }
}
