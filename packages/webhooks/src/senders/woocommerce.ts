import { defineSender } from '../definition/define-sender.js';

/** WooCommerce. */
export const woocommerce = defineSender({
  name: 'woocommerce',
  docs: 'https://woocommerce.com/document/webhooks/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-wc-webhook-signature', encoding: 'base64' },
  id: { header: 'x-wc-webhook-delivery-id' },
  eventType: { header: 'x-wc-webhook-topic' },
});
