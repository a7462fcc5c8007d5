import { defineSender } from '../definition/define-sender.js';

/** Postmark signs nothing: basic authentication in the URL of the webhook. The secret is `user:password`. */
export const postmark = defineSender({
  name: 'postmark',
  docs: 'https://postmarkapp.com/developer/webhooks/webhooks-overview',
  aliases: ['postmark-basic'],
  algorithm: 'basic',
  signature: { header: 'authorization' },
  id: { json: 'MessageID' },
  eventType: { json: 'RecordType' },
});
