import { ResilienceError } from '@breakwater/core';

/**
 * Another process has taken a delivery while it was being handled: the transaction around its effect is to be rolled
 * back.
 */
export class WebhookClaimLostError extends ResilienceError {
  readonly code = 'WEBHOOK_CLAIM_LOST';

  constructor(provider: string) {
    super(
      `${provider}: the lease of this webhook had run out and another process handles it: raise webhook.inbox.lease`,
      {
        provider,
      },
    );
  }
}
