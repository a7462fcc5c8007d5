import { ResilienceError, type ResilienceErrorInfo } from '@breakwater/core';

/** The check that a webhook failed. */
export type WebhookSignatureCode =
  | 'WEBHOOK_MISSING'
  | 'WEBHOOK_MALFORMED'
  | 'WEBHOOK_STALE'
  | 'WEBHOOK_MISMATCH'
  | 'WEBHOOK_DUPLICATE_HEADER'
  | 'WEBHOOK_CONFIGURATION';

/**
 * A webhook that was not verified: it is not genuine, or (`WEBHOOK_CONFIGURATION`) our own side is set up wrongly. For
 * the log; callers are told less.
 */
export class WebhookSignatureError extends ResilienceError {
  constructor(
    readonly code: WebhookSignatureCode,
    /** One sentence without secret or signature. */
    readonly detail: string,
    info: ResilienceErrorInfo,
  ) {
    // A handler of errors may show it to the caller, who must not learn which check failed.
    super(`${info.provider}: the webhook could not be verified`, info);
  }

  override get statusCode(): number {
    return this.code === 'WEBHOOK_CONFIGURATION' ? 500 : 401;
  }
}
