import { isChallengeToken } from '../handshakes/challenge-token.js';
import { defineSender } from '../definition/define-sender.js';
import type { HandshakeMeans, HandshakeResponse } from '../contract/handshake.js';
import { parseJson, textAt } from '../encoding/json-path.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** Longer bodies are events: they are not parsed a second time. */
const LONGEST_HANDSHAKE = 4096;

/** Zoom. */
export const zoom = defineSender({
  name: 'zoom',
  docs: 'https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-zm-signature', prefix: 'v0=' },
  payload: 'v0:{timestamp}:{body}',
  timestamp: { header: 'x-zm-request-timestamp', unit: 's', tolerance: '5m' },
  handshake: { signed: true, answer: encryptToken },
  identity: 'signed-bytes',
  eventType: { json: 'event' },
});

/** Answers `endpoint.url_validation`, which asks for the MAC of a token. */
function encryptToken(
  _request: WebhookRequest,
  verifiedBody: Uint8Array,
  { mac }: HandshakeMeans,
): HandshakeResponse | undefined {
  if (verifiedBody.length > LONGEST_HANDSHAKE) return undefined;
  const json = parseJson(verifiedBody);
  if (textAt(json, ['event']) !== 'endpoint.url_validation') return undefined;
  const plainToken = textAt(json, ['payload', 'plainToken']);
  const encryptedToken = isChallengeToken(plainToken) ? mac?.(plainToken)?.toString('hex') : undefined;
  if (encryptedToken === undefined) return undefined;
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ plainToken, encryptedToken }),
  };
}
