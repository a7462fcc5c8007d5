const BRAND = Symbol.for('@breakwater/webhooks/WebhookConfigurationError');

/** Our own side is set up wrongly (a secret, a sender, missing raw bytes): never caused by what a caller sends. */
export class WebhookConfigurationError extends Error {
  override readonly name = 'WebhookConfigurationError';
  readonly code = 'WEBHOOK_CONFIGURATION';
  readonly [BRAND] = true;

  constructor(
    message: string,
    /** The sender concerned, where there is one. */
    readonly sender?: string,
  ) {
    super(message);
  }
}

/** Recognises the error across duplicated copies of this package. */
export function isWebhookConfigurationError(error: unknown): error is WebhookConfigurationError {
  return typeof error === 'object' && error !== null && BRAND in error;
}
