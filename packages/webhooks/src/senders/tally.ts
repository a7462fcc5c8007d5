import { defineSender } from '../definition/define-sender.js';

/** Tally. */
export const tally = defineSender({
  name: 'tally',
  docs: 'https://tally.so/help/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'tally-signature', encoding: 'base64' },
  id: { json: 'eventId' },
  eventType: { json: 'eventType' },
});
