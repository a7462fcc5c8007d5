import { type CallCounts, CallLog, shape, text, type TimelineRow, wholeNumber } from '@breakwater/faults';
import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import * as v from 'valibot';
import { Prices } from '../prices/prices.service.js';

const accountQuery = shape({ account: text(200) });
type AccountQuery = v.InferOutput<typeof accountQuery>;
const rise = shape({ by: wholeNumber(0, 1_000_000) });

/** The answer of the `/shelf` routes. */
export interface ShelfReport {
  readonly calls: CallCounts;
  readonly timeline: readonly TimelineRow[];
}

@Controller('shelf')
export class ShelfController {
  constructor(
    private readonly calls: CallLog,
    private readonly prices: Prices,
  ) {}

  @Get()
  report(@Query({ schema: accountQuery }) { account }: AccountQuery): ShelfReport {
    const calls = this.calls.of(account);
    return { calls: calls.counts(), timeline: calls.timeline() };
  }

  /** Raises all prices. */
  @Post('prices')
  @HttpCode(204)
  raise(@Body({ schema: rise }) { by }: v.InferOutput<typeof rise>): void {
    this.prices.raise(by);
  }

  /** Forgets the account's counters. */
  @Delete()
  reset(@Query({ schema: accountQuery }) query: AccountQuery): ShelfReport {
    this.calls.reset(query.account);
    return this.report(query);
  }
}
