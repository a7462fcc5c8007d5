import { defineSender } from '../definition/define-sender.js';

/** Shopify, in the header of either generation of its webhooks. */
export const shopify = defineSender({
  name: 'shopify',
  docs: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
  algorithm: 'hmac-sha256',
  signature: { headers: ['x-shopify-hmac-sha256', 'shopify-hmac-sha256'], encoding: 'base64' },
  id: { header: 'x-shopify-webhook-id' },
  identity: {
    label: [
      { header: 'x-shopify-event-id' },
      { header: 'shopify-event-id' },
      { header: 'x-shopify-webhook-id' },
      { header: 'shopify-webhook-id' },
    ],
    with: [{ header: 'x-shopify-topic' }, { header: 'shopify-topic' }],
  },
  hint: 'webhooks of an app are signed with its client secret, those made in the admin with the secret shown there',
  eventType: [{ header: 'x-shopify-topic' }, { header: 'shopify-topic' }],
});
