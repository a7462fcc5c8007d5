import { defineSender } from '../definition/define-sender.js';

/** Square. The URL is signed as it was registered. */
export const square = defineSender({
  name: 'square',
  docs: 'https://developer.squareup.com/docs/webhooks/step3validate',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-square-hmacsha256-signature', encoding: 'base64' },
  payload: '{url}{body}',
  id: { json: 'event_id' },
  eventType: { json: 'type' },
});
