import { defineSender } from '../definition/define-sender.js';
import type { HandshakeResponse } from '../contract/handshake.js';
import { parseJson, textAt } from '../encoding/json-path.js';
import { plainText } from '../handshakes/plain-text.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** Longer bodies are events: they are not parsed a second time. */
const LONGEST_HANDSHAKE = 4096;

/** Slack's requests: events, slash commands, interactivity. */
export const slack = defineSender({
  name: 'slack',
  docs: 'https://api.slack.com/authentication/verifying-requests-from-slack',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-slack-signature', prefix: 'v0=' },
  payload: 'v0:{timestamp}:{body}',
  timestamp: { header: 'x-slack-request-timestamp', unit: 's', tolerance: '5m' },
  id: { json: 'event_id' },
  handshake: { signed: true, answer: echoChallenge },
  eventType: [{ json: 'event.type' }, { json: 'type' }, { form: 'command' }],
  document: { form: 'payload' },
});

/** Answers `url_verification` (https://api.slack.com/events/url_verification). */
function echoChallenge(_request: WebhookRequest, verifiedBody: Uint8Array): HandshakeResponse | undefined {
  if (verifiedBody.length > LONGEST_HANDSHAKE) return undefined;
  const json = parseJson(verifiedBody);
  const challenge = textAt(json, ['challenge']);
  if (textAt(json, ['type']) !== 'url_verification' || challenge === undefined) return undefined;
  return plainText(challenge);
}
