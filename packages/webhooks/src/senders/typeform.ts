import { defineSender } from '../definition/define-sender.js';

/** Typeform. */
export const typeform = defineSender({
  name: 'typeform',
  docs: 'https://www.typeform.com/developers/webhooks/secure-your-webhooks/',
  algorithm: 'hmac-sha256',
  signature: { header: 'typeform-signature', prefix: 'sha256=', encoding: 'base64' },
  id: { json: 'event_id' },
  eventType: { json: 'event_type' },
});
