import { defineSender } from '../definition/define-sender.js';

/** Recurly's JSON webhooks: a list of the time in milliseconds and of the signatures. */
export const recurly = defineSender({
  name: 'recurly',
  docs: 'https://docs.recurly.com/recurly-subscriptions/docs/signature-verification',
  algorithm: 'hmac-sha256',
  signature: { header: 'recurly-signature', list: { separator: ',' } },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 0, unit: 'ms', tolerance: '5m' },
  identity: 'signed-bytes',
  eventType: { json: 'event_type' },
});
