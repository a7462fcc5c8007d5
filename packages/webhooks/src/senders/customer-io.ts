import { defineSender } from '../definition/define-sender.js';

/** Customer.io's reporting webhooks. */
export const customerIo = defineSender({
  name: 'customer-io',
  docs: 'https://docs.customer.io/journeys/webhooks/#securely-verify-requests',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-cio-signature', encoding: 'hex' },
  payload: 'v0:{timestamp}:{body}',
  timestamp: { header: 'x-cio-timestamp', unit: 's', tolerance: '5m' },
  id: { json: 'event_id' },
  eventType: { json: 'metric' },
});
