import { ResilienceError, type ResilienceErrorInfo } from '@breakwater/core';

export type WebhookSignatureCode =
  | 'WEBHOOK_MISSING'
  | 'WEBHOOK_MALFORMED'
  | 'WEBHOOK_STALE'
  | 'WEBHOOK_MISMATCH'
  | 'WEBHOOK_DUPLICATE_HEADER'
  | 'WEBHOOK_CONFIGURATION';

/** A webhook that was not verified: it is not genuine, or (`WEBHOOK_CONFIGURATION`) our own side is set up wrongly. For the log; callers are told less. */
export class WebhookSignatureError extends ResilienceError {
  constructor(
    readonly code: WebhookSignatureCode,
    /** One sentence without secret or signature. */
    readonly detail: string,
    info: ResilienceErrorInfo,
  ) {
    super(`${info.provider}: the webhook was refused (${code}): ${detail}`, info);
  }
}
