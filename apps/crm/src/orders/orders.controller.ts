import { Account, ApiKeyGuard, CallLog, IdempotencyInterceptor, IdempotencyKey } from '@breakwater/faults';
import { Body, Controller, Get, HttpCode, Param, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { LimitGuard } from '../limits/limit.guard.js';
import { Records } from '../records/records.service.js';
import { type OrderRequest, orderRequest } from './order.js';

@Controller()
@UseGuards(ApiKeyGuard, LimitGuard)
export class OrdersController {
  constructor(
    private readonly records: Records,
    private readonly calls: CallLog,
  ) {}

  @Post('orders')
  @HttpCode(201)
  @UseInterceptors(IdempotencyInterceptor)
  add(
    @Account() account: string,
    @Body({ schema: orderRequest }) order: OrderRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): { id: string } {
    return { id: this.records.add(account, order, idempotencyKey).id };
  }

  @Get('customers/:id')
  customer(@Account() account: string, @Param('id') id: string): { id: string; name: string } {
    this.calls.of(account).accepted();
    return { id, name: `Customer ${id}` };
  }
}
