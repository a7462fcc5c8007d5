import { defineSender } from '../definition/define-sender.js';

/** Rootly. */
export const rootly = defineSender({
  name: 'rootly',
  docs: 'https://docs.rootly.com/configuration/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-rootly-signature', list: { separator: ',', assign: '=', label: 'v1' }, encoding: 'hex' },
  payload: '{timestamp}{body}',
  timestamp: { entry: 't', unit: 's', tolerance: '5m' },
  id: { json: 'event.id' },
  eventType: { json: 'event.type' },
});
