import type { HandshakeResponse } from '../contract/handshake.js';
import type { WebhookRequest } from '../contract/webhook-request.js';
import { defineSender } from '../definition/define-sender.js';
import { headerOf } from '../encoding/header-of.js';

/** Asana. The secret comes with the handshake. */
export const asana = defineSender({
  name: 'asana',
  docs: 'https://developers.asana.com/docs/webhooks-guide',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-hook-signature', encoding: 'hex' },
  identity: 'signed-bytes',
  eventType: { json: 'events.0.action' },
  handshake: { signed: false, answer: echoSecret },
});

/** Answers the first request, which brings the secret in a header and wants to see it there again. */
function echoSecret({ headers }: WebhookRequest): HandshakeResponse | undefined {
  const secret = headerOf(headers, 'x-hook-secret');
  if (secret === undefined || !/^[\w-]{16,256}$/.test(secret)) return undefined;
  return { status: 200, headers: { 'x-hook-secret': secret }, body: '', secret };
}
