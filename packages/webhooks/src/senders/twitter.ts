import { isChallengeToken } from '../handshakes/challenge-token.js';
import { defineSender } from '../definition/define-sender.js';
import type { HandshakeMeans, HandshakeResponse } from '../contract/handshake.js';
import { queryParameter } from '../encoding/query-parameter.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** X, formerly Twitter: the account activity API. The key is the consumer secret. */
export const twitter = defineSender({
  name: 'twitter',
  docs: 'https://docs.x.com/x-api/webhooks/quickstart',
  aliases: ['x', 'twitter-x'],
  algorithm: 'hmac-sha256',
  signature: { header: 'x-twitter-webhooks-signature', prefix: 'sha256=', encoding: 'base64' },
  handshake: { signed: false, answer: answerCrc },
});

/** Answers the unsigned GET that asks for the MAC of `crc_token`. */
function answerCrc(
  { method, url }: WebhookRequest,
  _body: Uint8Array,
  { mac }: HandshakeMeans,
): HandshakeResponse | undefined {
  const token = method === 'GET' ? queryParameter(url, 'crc_token') : undefined;
  if (token === undefined || !isChallengeToken(token.replace(/={1,2}$/, ''))) return undefined;
  const response = mac?.(token)?.toString('base64');
  if (response === undefined) return undefined;
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ response_token: `sha256=${response}` }),
  };
}
