import { defineSender } from '../definition/define-sender.js';

/** Intercom notifications; the key is the client secret. */
export const intercom = defineSender({
  name: 'intercom',
  docs: 'https://developers.intercom.com/docs/webhooks/webhook-notifications',
  algorithm: 'hmac-sha1',
  signature: { header: 'x-hub-signature', prefix: 'sha1=' },
  id: { json: 'id' },
  eventType: { json: 'topic' },
});
