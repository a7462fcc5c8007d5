import { defineSender } from '../definition/define-sender.js';

/** Twenty, in milliseconds. Every body tells when its event was. */
export const twenty = defineSender({
  name: 'twenty',
  docs: 'https://docs.twenty.com/developers/extend/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-twenty-webhook-signature', encoding: 'hex' },
  payload: '{timestamp}:{body}',
  timestamp: { header: 'x-twenty-webhook-timestamp', unit: 'ms', tolerance: '5m' },
  identity: 'signed-bytes',
  eventType: [{ json: 'eventName' }, { json: 'eventType' }],
});
