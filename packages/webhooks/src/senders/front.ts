import type { HandshakeResponse } from '../contract/handshake.js';
import type { WebhookRequest } from '../contract/webhook-request.js';
import { defineSender } from '../definition/define-sender.js';
import { headerOf } from '../encoding/header-of.js';
import { plainText } from '../handshakes/plain-text.js';

/** Front's application webhooks, in milliseconds. */
export const front = defineSender({
  name: 'front',
  docs: 'https://dev.frontapp.com/docs/application-webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-front-signature', encoding: 'base64' },
  payload: '{timestamp}:{body}',
  timestamp: { header: 'x-front-request-timestamp', unit: 'ms', tolerance: '5m' },
  identity: 'signed-bytes',
  eventType: { json: 'type' },
  handshake: { signed: true, answer: echoChallenge },
});

/** Answers the signed request that carries a challenge in a header. */
function echoChallenge({ headers }: WebhookRequest): HandshakeResponse | undefined {
  const challenge = headerOf(headers, 'x-front-challenge');
  return challenge !== undefined && /^[\w-]{1,256}$/.test(challenge) ? plainText(challenge) : undefined;
}
