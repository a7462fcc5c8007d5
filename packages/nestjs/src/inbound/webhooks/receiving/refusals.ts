import { StoreUnavailableError } from '@breakwater/core';
import type { Rejection } from '@breakwater/webhooks';
import { HttpException, PayloadTooLargeException, ServiceUnavailableException } from '@nestjs/common';
import type { RequestLog } from '../../../operations/logging/request-log.js';
import { WebhookSignatureError, type WebhookSignatureCode } from './webhook-signature.error.js';

/** The refusals of one provider's webhooks: each has its line in the log, which says more than the caller is told. */
export class Refusals {
  constructor(
    private readonly provider: string,
    private readonly log: RequestLog,
  ) {}

  /** Refuses a request that is not genuine. */
  unverified({ reason, detail }: Rejection): WebhookSignatureError {
    this.write('warn', reason, `refused (${reason}): ${detail}`);
    const code = `WEBHOOK_${reason.toUpperCase().replace('-', '_')}` as WebhookSignatureCode;
    return new WebhookSignatureError(code, detail, { provider: this.provider });
  }

  /** Refuses a body that cannot be read: too long, cut off, damaged, in an unknown encoding. */
  unreadable(error: unknown, maxBytes: number): unknown {
    const setting = `resilience.providers.${this.provider}.webhook.maxBytes`;
    if (error instanceof PayloadTooLargeException)
      this.write('warn', 'too long', `refused: longer than ${setting} (${maxBytes})`);
    else if (error instanceof HttpException)
      this.write('warn', 'unreadable', `refused: ${error.getStatus()}, ${error.message}`);
    return error;
  }

  /** Refuses a request for a fault on our side. */
  misconfigured(detail: string, cause?: unknown): WebhookSignatureError {
    this.write('error', 'misconfigured', `cannot be verified: ${detail}`);
    return new WebhookSignatureError('WEBHOOK_CONFIGURATION', detail, { provider: this.provider, cause });
  }

  /** Refuses a request that cannot be verified now, because something that is needed cannot be reached. */
  unavailable(what: string, cause: unknown): ServiceUnavailableException {
    this.write('error', 'unavailable', `refused: ${what} (${String(cause)})`);
    return new ServiceUnavailableException('The webhook cannot be verified at the moment.');
  }

  /** Refuses a delivery that cannot be told from a copy. */
  storeless(handler: string, cause: unknown): StoreUnavailableError {
    const message = cause instanceof Error ? cause.message : String(cause);
    this.write('error', 'storeless', `refused: the store cannot be reached (${message})`);
    return new StoreUnavailableError('the webhook inbox', { provider: this.provider, operation: handler, cause });
  }

  private write(level: 'warn' | 'error', kind: string, text: string): void {
    this.log.write(level, `${this.provider} ${kind}`, `Webhook of '${this.provider}' ${text}`);
  }
}
