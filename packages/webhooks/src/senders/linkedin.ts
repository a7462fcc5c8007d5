import type { HandshakeMeans, HandshakeResponse } from '../contract/handshake.js';
import type { WebhookRequest } from '../contract/webhook-request.js';
import { defineSender } from '../definition/define-sender.js';
import { queryParameter } from '../encoding/query-parameter.js';
import { isChallengeToken } from '../handshakes/challenge-token.js';

/** LinkedIn. The key is the client secret. */
export const linkedin = defineSender({
  name: 'linkedin',
  docs: 'https://learn.microsoft.com/linkedin/shared/api-guide/webhook-validation',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-li-signature', encoding: 'hex' },
  payload: 'hmacsha256={body}',
  identity: 'signed-bytes',
  eventType: { json: 'type' },
  handshake: { signed: false, answer: answerChallenge },
});

/**
 * Answers the unsigned GET that asks for the MAC of a code. Deliveries are signed behind `hmacsha256=`, which no code
 * holds.
 */
function answerChallenge(
  { method, url }: WebhookRequest,
  _body: Uint8Array,
  { mac }: HandshakeMeans,
): HandshakeResponse | undefined {
  const challengeCode = method === 'GET' ? queryParameter(url, 'challengeCode') : undefined;
  const challengeResponse = isChallengeToken(challengeCode) ? mac?.(challengeCode)?.toString('hex') : undefined;
  if (challengeResponse === undefined) return undefined;
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ challengeCode, challengeResponse }),
  };
}
