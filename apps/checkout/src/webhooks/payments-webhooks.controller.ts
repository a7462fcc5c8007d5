import { Webhook, type WebhookDelivery, WebhookEvent } from '@breakwater/nestjs';
import { Controller, HttpCode, Post } from '@nestjs/common';
import type { PaymentEvent } from './payment-event.js';
import { type SettlementAnswer, Settlements } from './settlements.service.js';

@Controller('webhooks/payments')
export class PaymentsWebhooksController {
  constructor(private readonly settlements: Settlements) {}

  @Post()
  @HttpCode(200)
  @Webhook('payments')
  receive(@WebhookEvent() event: WebhookDelivery<PaymentEvent>): SettlementAnswer {
    return this.settlements.book(event.body);
  }
}
