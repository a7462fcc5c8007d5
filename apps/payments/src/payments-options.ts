import type { Clock } from '@breakwater/core';

export interface PaymentsOptions {
  /** 0 or nothing: any free port. */
  readonly port?: number;
  /** Makes the faults' dice repeatable. */
  readonly seed?: number;
  /** The machine's by default. */
  readonly clock?: Clock;
  /** How long a charge takes; 0 by default. A request with the same idempotency key meanwhile gets 409. */
  readonly processingMs?: number;
  readonly webhooks?: WebhookTiming;
}

export interface WebhookTiming {
  /** Wait before the second try; it doubles with each one after. 250 by default. */
  readonly backoffMs?: number;
  /** How long a try waits for its answer; 2000 by default. */
  readonly timeoutMs?: number;
  /** 8 by default. */
  readonly tries?: number;
}

export const PAYMENTS_OPTIONS = Symbol('PaymentsOptions');
