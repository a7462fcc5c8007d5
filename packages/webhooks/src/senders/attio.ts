import { defineSender } from '../definition/define-sender.js';

/** Attio. */
export const attio = defineSender({
  name: 'attio',
  docs: 'https://docs.attio.com/rest-api/guides/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'attio-signature', encoding: 'hex' },
  identity: { label: { header: 'idempotency-key' } },
  eventType: { json: 'events.0.event_type' },
});
