import { defineSender } from '../definition/define-sender.js';

/** Razorpay. */
export const razorpay = defineSender({
  name: 'razorpay',
  docs: 'https://razorpay.com/docs/webhooks/validate-test/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-razorpay-signature' },
  id: { header: 'x-razorpay-event-id' },
  eventType: { json: 'event' },
});
