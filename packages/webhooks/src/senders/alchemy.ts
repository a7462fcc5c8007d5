import { defineSender } from '../definition/define-sender.js';

/** Alchemy's Notify. */
export const alchemy = defineSender({
  name: 'alchemy',
  docs: 'https://www.alchemy.com/docs/reference/notify-api-quickstart',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-alchemy-signature', encoding: 'hex' },
  id: { json: 'id' },
  eventType: { json: 'type' },
});
