import { defineSender } from '../definition/define-sender.js';

/** Xero. Its intent to receive is a signed delivery without events: 200 where the signature holds, otherwise 401. */
export const xero = defineSender({
  name: 'xero',
  docs: 'https://developer.xero.com/documentation/guides/webhooks/configuring-your-server/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-xero-signature', encoding: 'base64' },
  identity: 'signed-bytes',
  eventType: { json: 'events.0.eventType' },
});
