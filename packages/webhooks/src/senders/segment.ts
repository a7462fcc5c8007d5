import { defineSender } from '../definition/define-sender.js';

/** Segment's webhook destination. */
export const segment = defineSender({
  name: 'segment',
  docs: 'https://segment.com/docs/connections/destinations/catalog/webhooks/',
  algorithm: 'hmac-sha1',
  signature: { header: 'x-signature', encoding: 'hex' },
  id: { json: 'messageId' },
  eventType: [{ json: 'event' }, { json: 'type' }],
});
