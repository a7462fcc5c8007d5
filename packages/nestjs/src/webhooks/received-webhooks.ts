import type { WebhookClaim } from './inbox/webhook-claim.js';
import type { WebhookDelivery } from './receiving/webhook-delivery.js';

/** What a guard let through, for the handler and for whoever settles it. */
export interface ReceivedWebhook {
  readonly provider: string;
  readonly endpoint: string;
  readonly delivery: WebhookDelivery;
  readonly claim: WebhookClaim;
}

const received = new WeakMap<object, ReceivedWebhook>();

/** Notes that a request was verified. */
export function noteReceived(raw: object, webhook: ReceivedWebhook): void {
  received.set(raw, webhook);
}

/** The webhook of a request that a guard let through. */
export function receivedWebhook(raw: object): ReceivedWebhook | undefined {
  return received.get(raw);
}
