import { defineSender } from '../definition/define-sender.js';

/** Authorize.net. The signature key is hex. */
export const authorizeNet = defineSender({
  name: 'authorize-net',
  docs: 'https://developer.authorize.net/api/reference/features/webhooks.html',
  algorithm: 'hmac-sha512',
  key: 'hex',
  signature: { header: 'x-anet-signature', prefix: 'sha512=', encoding: 'hex' },
  id: { json: 'notificationId' },
  eventType: { json: 'eventType' },
});
