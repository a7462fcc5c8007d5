import { defineSender } from '../definition/define-sender.js';

/** WorkOS, in milliseconds. */
export const workos = defineSender({
  name: 'workos',
  docs: 'https://workos.com/docs/events/data-syncing/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'workos-signature', list: { separator: ',', assign: '=', label: 'v1' } },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 't', unit: 'ms', tolerance: '3m' },
  id: { json: 'id' },
  eventType: { json: 'event' },
});
