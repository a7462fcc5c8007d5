import { shape, text } from '@breakwater/faults';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import * as v from 'valibot';
import { type MerchantQuery, merchantQuery } from '../merchant-query.js';
import { WebhookDeliveries } from './webhook-deliveries.service.js';
import type { WebhookEvent } from './webhook-event.js';

const resendRequest = shape({ merchant: text(200), eventId: text(200) });
type ResendRequest = v.InferOutput<typeof resendRequest>;

/** The answer of both `/webhook-deliveries` routes. */
export interface DeliveriesReport {
  readonly events: readonly Pick<WebhookEvent, 'id' | 'reference' | 'attempts' | 'delivered' | 'lastStatus'>[];
  /** Deliveries that are still being tried. */
  readonly pending: number;
}

@Controller('webhook-deliveries')
export class WebhookDeliveriesController {
  constructor(private readonly deliveries: WebhookDeliveries) {}

  @Get()
  report(@Query({ schema: merchantQuery }) { merchant }: MerchantQuery): DeliveriesReport {
    const events = this.deliveries.eventsOf(merchant);
    return {
      events: events.map(({ id, reference, attempts, delivered, lastStatus }) => {
        return { id, reference, attempts, delivered, lastStatus };
      }),
      pending: events.reduce((sum, event) => sum + event.pending, 0),
    };
  }

  @Post('resend')
  @HttpCode(202)
  resend(@Body({ schema: resendRequest }) { merchant, eventId }: ResendRequest): DeliveriesReport {
    this.deliveries.resend(merchant, eventId);
    return this.report({ merchant });
  }
}
