import { defineSender } from '../definition/define-sender.js';

/** Linear. The time stands in the signed body. */
export const linear = defineSender({
  name: 'linear',
  docs: 'https://linear.app/developers/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'linear-signature' },
  timestamp: { json: 'webhookTimestamp', unit: 'ms', tolerance: '1m', optional: true },
  id: { header: 'linear-delivery' },
  eventType: [{ json: 'type' }, { header: 'linear-event' }],
});
