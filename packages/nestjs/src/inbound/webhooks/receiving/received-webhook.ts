import type { RequestLog } from '../../../operations/logging/request-log.js';
import type { WebhookClaim } from '../inbox/webhook-claim.js';
import type { WebhookDelivery } from './webhook-delivery.js';

/** A webhook that a guard let through. */
export interface ReceivedWebhook {
  readonly provider: string;
  /** The handler as the log names it. */
  readonly handler: string;
  readonly delivery: WebhookDelivery;
  /** Absent where copies cannot be told from new events, or are not to be. */
  readonly claim: WebhookClaim | undefined;
  /** The body that the sender takes for success, for a handler that returns none. */
  readonly acknowledgement: string | undefined;
  readonly log: RequestLog;
}
