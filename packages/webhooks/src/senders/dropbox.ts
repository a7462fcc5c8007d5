import { defineSender } from '../define-sender.js';
import type { HandshakeResponse } from '../handshake.js';
import type { WebhookRequest } from '../webhook-request.js';

/** Dropbox. The key is the app secret. */
export const dropbox = defineSender({
  name: 'dropbox',
  docs: 'https://www.dropbox.com/developers/reference/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-dropbox-signature' },
  handshake: { signed: false, answer: echoChallenge },
});

/** Answers the unsigned GET with which Dropbox checks an address: as plain text, since anybody can send it. */
function echoChallenge(request: WebhookRequest): HandshakeResponse | undefined {
  if (request.method !== 'GET' || request.url === undefined) return undefined;
  const query = request.url.indexOf('?');
  const challenge = query < 0 ? null : new URLSearchParams(request.url.slice(query + 1)).get('challenge');
  if (challenge === null || !/^[\w-]{1,256}$/.test(challenge)) return undefined;
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body: challenge,
  };
}
