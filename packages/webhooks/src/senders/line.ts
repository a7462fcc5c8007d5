import { defineSender } from '../definition/define-sender.js';

/** LINE messaging. */
export const line = defineSender({
  name: 'line',
  docs: 'https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-line-signature', encoding: 'base64' },
  identity: { bodyWithout: ['deliveryContext'] },
  eventType: { json: 'events.0.type' },
});
