import { Clock, newId } from '@breakwater/faults';
import { Inject, Injectable } from '@nestjs/common';
import { Ledger } from '../ledger/ledger.service.js';
import { PAYMENTS_OPTIONS, type PaymentsOptions } from '../payments-options.js';
import { WebhookDeliveries } from '../webhooks/webhook-deliveries.service.js';
import type { Charge, ChargeRequest } from './charge.js';

/** Charges, and tells the merchant so by webhook. Every request is a new charge. */
@Injectable()
export class Charges {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: Ledger,
    private readonly deliveries: WebhookDeliveries,
    @Inject(PAYMENTS_OPTIONS) private readonly options: PaymentsOptions,
  ) {}

  async charge(merchant: string, request: ChargeRequest, idempotencyKey?: string): Promise<Charge> {
    const { processingMs = 0 } = this.options;
    if (processingMs > 0) await this.clock.sleep(processingMs);

    const createdAt = new Date(this.clock.wallMs()).toISOString();
    const charge: Charge = { id: newId('ch'), ...request, status: 'succeeded', createdAt };
    this.ledger.record(merchant, charge, idempotencyKey);
    this.deliveries.announce(merchant, charge);
    return charge;
  }
}
