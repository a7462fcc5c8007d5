import { Body, Controller, Delete, Get, Put, Query } from '@nestjs/common';
import { type OptionalMerchantQuery, optionalMerchantQuery } from '../merchant-query.js';
import { type LimitRequest, limitRequest } from './limit.js';
import { Limits, type LimitsReport } from './limits.service.js';

@Controller('limits')
export class LimitsController {
  constructor(private readonly limits: Limits) {}

  @Get()
  report(): LimitsReport {
    return this.limits.report();
  }

  @Put()
  set(@Body({ schema: limitRequest }) { merchant, ...limit }: LimitRequest): LimitsReport {
    this.limits.set(limit, merchant);
    return this.limits.report();
  }

  /** Without a merchant, lifts every limit. */
  @Delete()
  lift(@Query({ schema: optionalMerchantQuery }) { merchant }: OptionalMerchantQuery): LimitsReport {
    this.limits.lift(merchant);
    return this.limits.report();
  }
}
