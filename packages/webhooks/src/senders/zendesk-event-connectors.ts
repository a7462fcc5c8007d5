import { defineSender } from '../definition/define-sender.js';

/** Zendesk's event connectors, which put the timestamp behind the body. */
export const zendeskEventConnectors = defineSender({
  name: 'zendesk-event-connectors',
  docs: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-zendesk-webhook-signature', encoding: 'base64' },
  payload: '{body}{timestamp}',
  timestamp: { header: 'x-zendesk-webhook-signature-timestamp', unit: 'rfc3339', tolerance: '5m' },
  id: { header: 'x-zendesk-webhook-invocation-id' },
  eventType: { json: 'type' },
});
