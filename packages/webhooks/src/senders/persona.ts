import { defineSender } from '../definition/define-sender.js';

/** Persona. */
export const persona = defineSender({
  name: 'persona',
  docs: 'https://docs.withpersona.com/webhooks-best-practices',
  algorithm: 'hmac-sha256',
  signature: { header: 'persona-signature', list: { separator: ',', assign: '=', label: 'v1' }, encoding: 'hex' },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 't', unit: 's', tolerance: '5m' },
  id: { json: 'data.id' },
  eventType: { json: 'data.attributes.name' },
});
