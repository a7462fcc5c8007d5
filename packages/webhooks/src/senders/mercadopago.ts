import { defineSender } from '../definition/define-sender.js';

/**
 * Mercado Pago signs the `data.id` of the query, not the body: fetch the resource anew. Older products write the time
 * in seconds.
 */
export const mercadopago = defineSender({
  name: 'mercadopago',
  docs: 'https://www.mercadopago.com.br/developers/en/docs/your-integrations/notifications/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-signature', list: { separator: ',', assign: '=', label: 'v1' } },
  payload: '{?id:{query:data.id:lower};}{?request-id:{nonce:x-request-id};}ts:{timestamp};',
  timestamp: { entry: 'ts', unit: 's|ms', tolerance: '5m' },
  id: { json: 'id' },
  agree: [{ query: 'data.id' }, { json: 'data.id' }],
  eventType: [{ json: 'action' }, { json: 'type' }, { query: 'type' }],
});
