import type { ServerResponse } from 'node:http';
import { AnswerBody, bytesOf } from './answer-body.js';
import { isSuccess, settleWebhook } from './settle-webhook.js';
import type { WebhookExchange } from '../receiving/webhook-exchange.js';
import type { ReceivedWebhook } from '../receiving/received-webhook.js';

/** How long a handler may go on after its sender hung up, in milliseconds. Nothing tells when it never answers. */
const LONGEST_UNHEARD_MS = 3_600_000;

/**
 * Settles a delivery by the answer that its handler sends, before that leaves: whatever the sender does next, the store
 * knows what became of the delivery. All answers end in the response's `end`, also those that come after the handler
 * has returned, and those to a sender that hung up.
 */
export function settleBeforeAnswer({ response, rawResponse }: WebhookExchange, webhook: ReceivedWebhook): void {
  const { claim } = webhook;
  if (claim === undefined) return;
  const body = new AnswerBody();
  const write = rawResponse.write.bind(rawResponse) as (...args: unknown[]) => boolean;
  const end = rawResponse.end.bind(rawResponse) as (...args: unknown[]) => ServerResponse;
  let ended = false;

  rawResponse.write = (...args: unknown[]): boolean => {
    body.take(args[0], args[1]);
    return write(...args);
  };
  rawResponse.end = (...args: unknown[]): ServerResponse => {
    if (ended) return rawResponse;
    ended = true;
    body.take(args[0], args[1]);
    sealHead(rawResponse, bytesOf(args[0], args[1]).length);
    const { statusCode: status } = rawResponse;
    const type = headerOf(response, 'content-type');
    const encoding = headerOf(response, 'content-encoding');
    const answer = {
      status,
      ...(type !== undefined && { type }),
      ...(encoding !== undefined && { encoding }),
      ...(body.whole && { body: body.whole }),
    };
    void settleWebhook(webhook, isSuccess(status) ? answer : undefined).then(() => end(...args));
    return rawResponse;
  };
  rawResponse.once('close', () => {
    if (ended || claim.isSettled) return;
    // An answer that was on its way tells its outcome; otherwise the handler is at work, and will answer.
    if (rawResponse.headersSent)
      void settleWebhook(webhook, isSuccess(rawResponse.statusCode) ? { status: rawResponse.statusCode } : undefined);
    else claim.abandonIn(LONGEST_UNHEARD_MS);
  });
  if (rawResponse.destroyed) claim.abandonIn(LONGEST_UNHEARD_MS);
}

/** Fixes status and headers, so that nothing that happens while the store is written can change the answer. */
function sealHead(response: ServerResponse, length: number): void {
  if (response.headersSent) return;
  const { statusCode: status } = response;
  const hasBody = response.req?.method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304;
  // As Node would write it by itself, had the head been left to `end`.
  if (hasBody && !response.hasHeader('content-length') && !response.hasHeader('transfer-encoding')) {
    response.setHeader('content-length', length);
  }
  response.writeHead(status);
}

function headerOf(response: WebhookExchange['response'], name: string): string | undefined {
  const value = response.getHeader(name);
  return value === undefined ? undefined : String(value);
}
