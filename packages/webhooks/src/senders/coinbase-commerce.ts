import { defineSender } from '../definition/define-sender.js';

/** Coinbase Commerce. */
export const coinbaseCommerce = defineSender({
  name: 'coinbase-commerce',
  docs: 'https://docs.cdp.coinbase.com/commerce/docs/webhooks-security',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-cc-webhook-signature' },
  id: { json: 'event.id' },
  eventType: { json: 'event.type' },
});
