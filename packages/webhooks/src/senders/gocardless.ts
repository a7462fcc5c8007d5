import { defineSender } from '../definition/define-sender.js';

/** GoCardless. */
export const gocardless = defineSender({
  name: 'gocardless',
  docs: 'https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'webhook-signature', encoding: 'hex' },
  id: { json: 'meta.webhook_id' },
  eventType: { json: 'events.0.action' },
});
