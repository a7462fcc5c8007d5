import { createHash, timingSafeEqual } from 'node:crypto';
import { defineSender } from '../definition/define-sender.js';
import type { HandshakeMeans, HandshakeResponse } from '../contract/handshake.js';
import { plainText } from '../handshakes/plain-text.js';
import { queryParameter } from '../encoding/query-parameter.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** Meta: Facebook, Instagram, WhatsApp. Signed as sent, with its lower-case `\u` escapes. */
export const meta = defineSender({
  name: 'meta',
  docs: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
  aliases: ['facebook', 'instagram', 'whatsapp'],
  algorithm: 'hmac-sha256',
  signature: { header: 'x-hub-signature-256', prefix: 'sha256=' },
  handshake: { signed: false, answer: echoChallenge },
  eventType: [{ json: 'entry.0.changes.0.field' }, { json: 'object' }],
});

/** Answers the GET of a subscription, which carries the verify token that the receiver chose. */
function echoChallenge(
  { method, url }: WebhookRequest,
  _body: Uint8Array,
  { verifyToken }: HandshakeMeans,
): HandshakeResponse | undefined {
  if (method !== 'GET' || !verifyToken || queryParameter(url, 'hub.mode') !== 'subscribe') return undefined;
  const token = queryParameter(url, 'hub.verify_token');
  const challenge = queryParameter(url, 'hub.challenge');
  if (token === undefined || challenge === undefined || !/^[\w-]{1,256}$/.test(challenge)) return undefined;
  return timingSafeEqual(hashOf(token), hashOf(verifyToken)) ? plainText(challenge) : undefined;
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
