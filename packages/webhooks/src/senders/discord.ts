import { defineSender } from '../definition/define-sender.js';
import type { HandshakeResponse } from '../contract/handshake.js';
import { parseJson, textAt } from '../encoding/json-path.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** Longer bodies are interactions: they are not parsed a second time. */
const LONGEST_HANDSHAKE = 8192;

/** Discord interactions: ed25519, so the secret is the application's public key. QQ bots use the same scheme. */
export const discord = defineSender({
  name: 'discord',
  docs: 'https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint',
  algorithm: 'ed25519',
  key: 'hex',
  signature: { header: 'x-signature-ed25519' },
  payload: '{timestamp}{body}',
  timestamp: { header: 'x-signature-timestamp', unit: 's', tolerance: '5m' },
  id: { json: 'id' },
  handshake: { signed: true, answer: pong },
  eventType: [{ json: 'event.type' }, { json: 'type' }],
});

/** Answers PING (type 1). */
function pong(_request: WebhookRequest, verifiedBody: Uint8Array): HandshakeResponse | undefined {
  if (verifiedBody.length > LONGEST_HANDSHAKE || textAt(parseJson(verifiedBody), ['type']) !== '1') return undefined;
  return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"type":1}' };
}
