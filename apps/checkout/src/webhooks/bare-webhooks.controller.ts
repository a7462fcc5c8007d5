import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { PaymentEvent } from './payment-event.js';
import { type SettlementAnswer, Settlements } from './settlements.service.js';

/** Not to be imitated: believes every webhook. For comparison only. */
@Controller('webhooks/payments')
export class BareWebhooksController {
  constructor(private readonly settlements: Settlements) {}

  @Post()
  @HttpCode(200)
  receive(@Body() event: PaymentEvent | undefined): SettlementAnswer {
    return this.settlements.book(event);
  }
}
