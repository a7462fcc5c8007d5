import { defineSender } from '../definition/define-sender.js';

/** Zendesk webhooks. */
export const zendesk = defineSender({
  name: 'zendesk',
  docs: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-zendesk-webhook-signature', encoding: 'base64' },
  payload: '{timestamp}{body}',
  timestamp: { header: 'x-zendesk-webhook-signature-timestamp', unit: 'rfc3339', tolerance: '5m' },
  id: { header: 'x-zendesk-webhook-invocation-id' },
  eventType: { json: 'type' },
});
