import { isStoreUnavailableError } from '@breakwater/core';
import { HttpException } from '@nestjs/common';
import { WebhookSignatureError } from './webhook-signature.error.js';

const TOO_LARGE = 413;
const UNAVAILABLE = 503;

/** Why a webhook was not let through, as the event `webhook.rejected` says it: one of a few words. */
export function rejectionReason(error: unknown): string {
  if (error instanceof WebhookSignatureError) {
    return error.code
      .replace(/^WEBHOOK_/, '')
      .toLowerCase()
      .replaceAll('_', '-');
  }
  if (isStoreUnavailableError(error)) return 'store';
  if (!(error instanceof HttpException)) return 'unavailable';
  if (error.getStatus() === TOO_LARGE) return 'too-large';
  return error.getStatus() === UNAVAILABLE ? 'unavailable' : 'unreadable';
}
