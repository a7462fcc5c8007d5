import { defineSender } from '../definition/define-sender.js';

/** Klaviyo's system webhooks. */
export const klaviyo = defineSender({
  name: 'klaviyo',
  docs: 'https://developers.klaviyo.com/en/docs/working_with_system_webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'klaviyo-signature', encoding: 'hex' },
  payload: '{body}{timestamp}',
  timestamp: { header: 'klaviyo-timestamp', unit: 's', tolerance: '5m' },
  identity: 'signed-bytes',
  eventType: { json: 'data.0.topic' },
});
