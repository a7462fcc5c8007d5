import { defineSender } from '../definition/define-sender.js';

/** Mux. */
export const mux = defineSender({
  name: 'mux',
  docs: 'https://www.mux.com/docs/core/verify-webhook-signatures',
  algorithm: 'hmac-sha256',
  signature: { header: 'mux-signature', list: { separator: ',', assign: '=', label: 'v1' } },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 't', unit: 's', tolerance: '5m' },
  id: { json: 'id' },
  eventType: { json: 'type' },
});
