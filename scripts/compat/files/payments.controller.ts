import { Body, Controller, Post } from '@nestjs/common';
import { Webhook, WebhookEvent, type WebhookDelivery } from '@breakwater/nestjs';
import { PaymentsClient, type Order } from './payments.client';

@Controller('payments')
export class PaymentsController {
  constructor(private readonly payments: PaymentsClient) {}

  @Post()
  charge(@Body() order: Order): Promise<{ id: string }> {
    return this.payments.charge(order);
  }

  @Post('webhook')
  @Webhook('payments')
  receive(@WebhookEvent() event: WebhookDelivery<unknown>): void {
    process.stdout.write(`received ${event.id}\n`);
  }
}
