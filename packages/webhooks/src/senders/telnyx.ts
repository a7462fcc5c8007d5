import { defineSender } from '../definition/define-sender.js';

/** Telnyx: ed25519, so the secret is the public key of the account, in base64. */
export const telnyx = defineSender({
  name: 'telnyx',
  docs: 'https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks',
  algorithm: 'ed25519',
  key: 'base64',
  signature: { header: 'telnyx-signature-ed25519', encoding: 'base64' },
  payload: '{timestamp}|{body}',
  timestamp: { header: 'telnyx-timestamp', unit: 's', tolerance: '5m' },
  id: { json: 'data.id' },
  eventType: { json: 'data.event_type' },
});
