import { defineSender } from '../definition/define-sender.js';

/** Checkout.com's workflows. */
export const checkoutCom = defineSender({
  name: 'checkout-com',
  docs: 'https://www.checkout.com/docs/developer-resources/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'cko-signature', encoding: 'hex' },
  id: { json: 'id' },
  eventType: { json: 'type' },
});
