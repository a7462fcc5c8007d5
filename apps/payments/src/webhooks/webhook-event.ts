import { newId } from '@breakwater/faults';
import type { Charge } from '../charges/charge.js';

/** An event with the bytes that every one of its deliveries carries, and how these went. */
export class WebhookEvent {
  readonly id = newId('evt');
  readonly reference: string;
  readonly body: string;
  attempts = 0;
  delivered = false;
  lastStatus: number | null = null;
  /** Deliveries that are still being tried. */
  pending = 0;

  constructor(charge: Charge, wallMs: number) {
    this.reference = charge.reference;
    this.body = JSON.stringify({
      id: this.id,
      type: 'charge.succeeded',
      created: Math.floor(wallMs / 1000),
      data: { object: charge },
    });
  }
}
