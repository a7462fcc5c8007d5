import { defineSender } from '../definition/define-sender.js';

/** Airwallex, in milliseconds. */
export const airwallex = defineSender({
  name: 'airwallex',
  docs: 'https://www.airwallex.com/docs/developer-tools__listen-for-webhook-events',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-signature', encoding: 'hex' },
  payload: '{timestamp}{body}',
  timestamp: { header: 'x-timestamp', unit: 'ms', tolerance: '5m' },
  id: { json: 'id' },
  eventType: { json: 'name' },
});
