import { type CallCounts, CallLog, IdempotencyRecords, shape, text, type TimelineRow } from '@breakwater/faults';
import { Controller, Delete, Get, Query } from '@nestjs/common';
import * as v from 'valibot';
import { Outbox, type SentMessage } from './outbox.service.js';

const accountQuery = shape({ account: text(200) });
type AccountQuery = v.InferOutput<typeof accountQuery>;

/** The answer of both `/outbox` routes. */
export interface OutboxReport {
  readonly messages: readonly SentMessage[];
  readonly calls: CallCounts;
  readonly timeline: readonly TimelineRow[];
}

@Controller('outbox')
export class OutboxController {
  constructor(
    private readonly outbox: Outbox,
    private readonly calls: CallLog,
    private readonly records: IdempotencyRecords,
  ) {}

  @Get()
  report(@Query({ schema: accountQuery }) { account }: AccountQuery): OutboxReport {
    const calls = this.calls.of(account);
    return { messages: this.outbox.messagesOf(account), calls: calls.counts(), timeline: calls.timeline() };
  }

  /** Forgets the account's messages, counters and idempotency keys. */
  @Delete()
  reset(@Query({ schema: accountQuery }) query: AccountQuery): OutboxReport {
    this.outbox.reset(query.account);
    this.records.forget(query.account);
    return this.report(query);
  }
}
