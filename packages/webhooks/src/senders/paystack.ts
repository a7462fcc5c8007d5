import { defineSender } from '../definition/define-sender.js';

/** Paystack. The key is the secret key of the account. */
export const paystack = defineSender({
  name: 'paystack',
  docs: 'https://paystack.com/docs/payments/webhooks/',
  algorithm: 'hmac-sha512',
  signature: { header: 'x-paystack-signature', encoding: 'hex' },
  eventType: { json: 'event' },
});
