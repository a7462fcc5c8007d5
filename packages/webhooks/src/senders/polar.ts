import { defineSender } from '../definition/define-sender.js';

/** Polar: Standard Webhooks whose secret is taken as text, not decoded. */
export const polar = defineSender({
  name: 'polar',
  docs: 'https://polar.sh/docs/integrate/webhooks/delivery',
  algorithm: 'hmac-sha256',
  signature: {
    header: 'webhook-signature',
    encoding: 'base64',
    list: { separator: ' ', assign: ',', label: 'v1' },
  },
  payload: '{id}.{timestamp}.{body}',
  timestamp: { header: 'webhook-timestamp', unit: 's', tolerance: '5m' },
  id: { header: 'webhook-id' },
  eventType: { json: 'type' },
});
