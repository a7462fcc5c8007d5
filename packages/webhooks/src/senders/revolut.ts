import { defineSender } from '../definition/define-sender.js';

/** Revolut Business and Merchant, in milliseconds. Merchant bodies name an order and no time, so they may repeat. */
export const revolut = defineSender({
  name: 'revolut',
  docs: 'https://developer.revolut.com/docs/guides/manage-accounts/webhooks/verify-the-payload-signature',
  algorithm: 'hmac-sha256',
  signature: { header: 'revolut-signature', list: { separator: ',', assign: '=', label: 'v1' }, encoding: 'hex' },
  payload: 'v1.{timestamp}.{body}',
  timestamp: { header: 'revolut-request-timestamp', unit: 'ms', tolerance: '5m' },
  identity: { signedBytesUnless: [{ json: 'order_id' }] },
  eventType: { json: 'event' },
});
