import type { HandshakeResponse } from '../contract/handshake.js';
import type { WebhookRequest } from '../contract/webhook-request.js';
import { defineSender } from '../definition/define-sender.js';
import { queryParameter } from '../encoding/query-parameter.js';
import { plainText } from '../handshakes/plain-text.js';

/** Nylas v3, which signs compressed bodies as transferred. */
export const nylas = defineSender({
  name: 'nylas',
  docs: 'https://developer.nylas.com/docs/v3/notifications/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-nylas-signature', encoding: 'hex' },
  id: { json: 'id' },
  eventType: { json: 'type' },
  signsCompressed: true,
  handshake: { signed: false, answer: echoChallenge },
});

/** Answers the unsigned GET with which Nylas checks an address. */
function echoChallenge({ method, url }: WebhookRequest): HandshakeResponse | undefined {
  const challenge = method === 'GET' ? queryParameter(url, 'challenge') : undefined;
  return challenge !== undefined && /^[\w-]{1,256}$/.test(challenge) ? plainText(challenge) : undefined;
}
