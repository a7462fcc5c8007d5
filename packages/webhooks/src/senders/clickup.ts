import { defineSender } from '../definition/define-sender.js';

/** ClickUp. Bodies without history items repeat. */
export const clickup = defineSender({
  name: 'clickup',
  docs: 'https://developer.clickup.com/docs/webhooksignature',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-signature', encoding: 'hex' },
  identity: { label: { json: 'history_items.0.id' } },
  eventType: { json: 'event' },
});
