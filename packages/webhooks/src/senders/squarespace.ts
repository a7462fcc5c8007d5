import { defineSender } from '../definition/define-sender.js';

/** Squarespace. The secret is hex. */
export const squarespace = defineSender({
  name: 'squarespace',
  docs: 'https://developers.squarespace.com/commerce-apis/webhook-subscriptions',
  algorithm: 'hmac-sha256',
  key: 'hex',
  signature: { header: 'squarespace-signature', encoding: 'hex' },
  id: { json: 'id' },
  eventType: { json: 'topic' },
});
