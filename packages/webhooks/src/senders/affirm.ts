import { defineSender } from '../definition/define-sender.js';

/** Affirm. */
export const affirm = defineSender({
  name: 'affirm',
  docs: 'https://docs.affirm.com/developers/docs/webhooks',
  algorithm: 'hmac-sha512',
  signature: { header: 'x-affirm-signature', list: { separator: ',', assign: '=', label: 'v0' }, encoding: 'hex' },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 't', unit: 's', tolerance: '5m' },
  eventType: { json: 'event' },
});
