import type { HandshakeResponse } from '../contract/handshake.js';
import type { WebhookRequest } from '../contract/webhook-request.js';
import { defineSender } from '../definition/define-sender.js';
import { parseJson, textAt } from '../encoding/json-path.js';

/** Notion. The secret is the verification token that the first request brings. */
export const notion = defineSender({
  name: 'notion',
  docs: 'https://developers.notion.com/reference/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-notion-signature', prefix: 'sha256=', encoding: 'hex' },
  id: { json: 'id' },
  eventType: { json: 'type' },
  handshake: { signed: false, answer: takeToken },
});

/** Longer bodies are events: they are not parsed a second time. */
const LONGEST_HANDSHAKE = 1024;

/** Answers the one request without a signature, which brings the token that its owner types in at Notion. */
function takeToken(request: WebhookRequest, body: Uint8Array): HandshakeResponse | undefined {
  const secret = body.length <= LONGEST_HANDSHAKE ? textAt(parseJson(body), ['verification_token']) : undefined;
  if (request.method !== 'POST' || secret === undefined || !/^[\w-]{16,256}$/.test(secret)) return undefined;
  return { status: 200, headers: {}, body: '', secret };
}
