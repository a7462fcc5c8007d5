import { queryParameter } from '../encoding/query-parameter.js';
import { defineSender } from '../definition/define-sender.js';
import type { HandshakeResponse } from '../contract/handshake.js';
import { plainText } from '../handshakes/plain-text.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** Dropbox. The key is the app secret. */
export const dropbox = defineSender({
  name: 'dropbox',
  docs: 'https://www.dropbox.com/developers/reference/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-dropbox-signature' },
  handshake: { signed: false, answer: echoChallenge },
});

/** Answers the unsigned GET with which Dropbox checks an address. */
function echoChallenge({ method, url }: WebhookRequest): HandshakeResponse | undefined {
  const challenge = method === 'GET' ? queryParameter(url, 'challenge') : undefined;
  return challenge !== undefined && /^[\w-]{1,256}$/.test(challenge) ? plainText(challenge) : undefined;
}
