import { defineSender } from '../definition/define-sender.js';

/** HighLevel: RSA, so the secret is the public key that it publishes. */
export const highlevel = defineSender({
  name: 'highlevel',
  docs: 'https://marketplace.gohighlevel.com/docs/webhook/WebhookIntegrationGuide/',
  aliases: ['gohighlevel'],
  algorithm: 'rsa-sha256',
  signature: { header: 'x-wh-signature', encoding: 'base64' },
  id: { json: 'webhookId' },
  eventType: { json: 'type' },
});
