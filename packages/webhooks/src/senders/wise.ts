import { defineSender } from '../definition/define-sender.js';

/** Wise: RSA, so the secret is the public key that it publishes for each environment. */
export const wise = defineSender({
  name: 'wise',
  docs: 'https://docs.wise.com/guides/developer/webhooks/event-handling',
  algorithm: 'rsa-sha256',
  signature: { header: 'x-signature-sha256', encoding: 'base64' },
  id: { header: 'x-delivery-id' },
  eventType: { json: 'event_type' },
});
