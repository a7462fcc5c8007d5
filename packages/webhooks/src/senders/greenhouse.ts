import { defineSender } from '../definition/define-sender.js';

/** Greenhouse Recruiting. */
export const greenhouse = defineSender({
  name: 'greenhouse',
  docs: 'https://developers.greenhouse.io/webhooks.html',
  algorithm: 'hmac-sha256',
  signature: { header: 'signature', prefix: 'sha256 ', encoding: 'hex' },
  id: { header: 'greenhouse-event-id' },
  eventType: { json: 'action' },
});
