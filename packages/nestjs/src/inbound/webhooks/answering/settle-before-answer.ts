import { holdAnswer, type HeldAnswer } from '../../exchange/hold-answer.js';
import type { StoredAnswer } from '../inbox/stored-answer.js';
import type { ReceivedWebhook } from '../receiving/received-webhook.js';
import type { WebhookExchange } from '../receiving/webhook-exchange.js';
import { isSuccess, settleWebhook } from './settle-webhook.js';

/** How long a handler may go on after its sender hung up, in milliseconds. Nothing tells when it never answers. */
const LONGEST_UNHEARD_MS = 3_600_000;

/** The longest body of an answer that is kept for copies of the delivery, in bytes. */
const LONGEST_BODY = 16 * 1024;

/** Settles a delivery by the answer that its handler sends, before that leaves. */
export function settleBeforeAnswer(exchange: WebhookExchange, webhook: ReceivedWebhook): void {
  const { claim } = webhook;
  if (claim === undefined) return;
  holdAnswer(exchange, {
    longestBody: LONGEST_BODY,
    settle: (answer) => settleWebhook(webhook, isSuccess(answer.status) ? storedAnswer(answer) : undefined),
    hungUp: (status) => {
      if (claim.isSettled) return;
      // An answer that was on its way tells its outcome; otherwise the handler is at work, and will answer.
      if (status === undefined) claim.abandonIn(LONGEST_UNHEARD_MS);
      else void settleWebhook(webhook, isSuccess(status) ? { status } : undefined);
    },
  });
}

function storedAnswer({ status, headers, body }: HeldAnswer): StoredAnswer {
  const type = headers['content-type'];
  const encoding = headers['content-encoding'];
  return {
    status,
    ...(type !== undefined && { type: String(type) }),
    ...(encoding !== undefined && { encoding: String(encoding) }),
    ...(body && { body }),
  };
}
