import { defineSender } from '../definition/define-sender.js';

/** Adyen's platform and management webhooks. The key is hex. (Standard notifications sign each item instead.) */
export const adyenHeader = defineSender({
  name: 'adyen-header',
  docs: 'https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures',
  aliases: ['adyen-balance-platform'],
  algorithm: 'hmac-sha256',
  key: 'hex',
  signature: { header: 'hmacsignature', encoding: 'base64' },
  eventType: { json: 'type' },
});
