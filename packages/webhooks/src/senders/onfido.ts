import { defineSender } from '../definition/define-sender.js';

/** Onfido. */
export const onfido = defineSender({
  name: 'onfido',
  docs: 'https://documentation.onfido.com/api/latest/#webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-sha2-signature', encoding: 'hex' },
  eventType: { json: 'payload.action' },
});
