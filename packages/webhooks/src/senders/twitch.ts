import { defineSender } from '../definition/define-sender.js';
import type { HandshakeResponse } from '../contract/handshake.js';
import { parseJson, textAt } from '../encoding/json-path.js';
import { plainText } from '../handshakes/plain-text.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** Longer bodies are notifications: they are not parsed a second time. */
const LONGEST_HANDSHAKE = 8192;

/** Twitch EventSub. */
export const twitch = defineSender({
  name: 'twitch',
  docs: 'https://dev.twitch.tv/docs/eventsub/handling-webhook-events/',
  algorithm: 'hmac-sha256',
  signature: { header: 'twitch-eventsub-message-signature', prefix: 'sha256=' },
  payload: '{id}{timestamp}{body}',
  timestamp: { header: 'twitch-eventsub-message-timestamp', unit: 'rfc3339', tolerance: '10m' },
  id: { header: 'twitch-eventsub-message-id' },
  handshake: { signed: true, answer: echoChallenge },
  eventType: { header: 'twitch-eventsub-subscription-type' },
});

/** Answers `webhook_callback_verification`, which alone carries a challenge beside its subscription. */
function echoChallenge(request: WebhookRequest, verifiedBody: Uint8Array): HandshakeResponse | undefined {
  const type = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'twitch-eventsub-message-type');
  if (type?.[1] !== 'webhook_callback_verification' || verifiedBody.length > LONGEST_HANDSHAKE) return undefined;
  const challenge = textAt(parseJson(verifiedBody), ['challenge']);
  if (challenge === undefined) return undefined;
  return plainText(challenge);
}
