import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { ReceivedWebhook } from './received-webhooks.js';

const logger = new Logger('Webhooks');

/** Marks a delivery as handled, or gives it free for the sender's next try. Never throws: the handler has done what it did. */
export async function settleWebhook({ claim, provider, endpoint }: ReceivedWebhook, handled: boolean): Promise<void> {
  try {
    const settlement = await (handled ? claim.done() : claim.release());
    if (settlement === 'lost' && handled) {
      logger.warn(
        `${endpoint} took longer than the lease of a webhook of '${provider}', so it may have been handled twice: raise webhook.inbox.lease`,
      );
    }
  } catch (error) {
    const what = handled ? 'marked as handled' : 'given free';
    logger.error(`A webhook of '${provider}' could not be ${what} in the store: ${String(error)}`);
  }
}

/** Settles a delivery by the answer that the sender gets, unless that has been done. Without an answer the lease decides. */
export function settleWithResponse(response: ServerResponse, webhook: ReceivedWebhook): void {
  const { claim } = webhook;
  if (response.destroyed) return claim.abandon();
  response.once('finish', () => {
    if (!claim.isSettled) void settleWebhook(webhook, isSuccess(response.statusCode));
  });
  response.once('close', () => {
    if (!response.writableFinished) claim.abandon();
  });
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
