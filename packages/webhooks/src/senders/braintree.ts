import type { HandshakeMeans, HandshakeResponse } from '../contract/handshake.js';
import type { WebhookRequest } from '../contract/webhook-request.js';
import { defineSender } from '../definition/define-sender.js';
import { queryParameter } from '../encoding/query-parameter.js';
import { plainText } from '../handshakes/plain-text.js';

/** Braintree: a form with pairs of public key and signature. The key is the SHA-1 of the private key. */
export const braintree = defineSender({
  name: 'braintree',
  docs: 'https://developer.paypal.com/braintree/docs/guides/webhooks/parse/node',
  algorithm: 'hmac-sha1',
  key: { encoding: 'utf8', hash: 'sha1' },
  signature: { form: 'bt_signature', list: { separator: '&', assign: '|' } },
  payload: '{form:bt_payload}',
  identity: 'signed-bytes',
  never: { form: 'bt_payload', matching: '^[0-9a-f]{20,32}$' },
  handshake: { signed: false, answer: answerChallenge },
});

/**
 * Answers the GET that checks an address: with the public key, which is the verify token here, and the MAC of the
 * challenge.
 */
function answerChallenge(
  { method, url }: WebhookRequest,
  _body: Uint8Array,
  { mac, verifyToken }: HandshakeMeans,
): HandshakeResponse | undefined {
  const challenge = method === 'GET' ? queryParameter(url, 'bt_challenge') : undefined;
  if (challenge === undefined || verifyToken === undefined || !/^[0-9a-f]{20,32}$/.test(challenge)) return undefined;
  const signature = mac?.(challenge)?.toString('hex');
  return signature === undefined ? undefined : plainText(`${verifyToken}|${signature}`);
}
