import { defineSender } from '../definition/define-sender.js';

/** Webflow, in milliseconds. */
export const webflow = defineSender({
  name: 'webflow',
  docs: 'https://developers.webflow.com/data/docs/working-with-webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-webflow-signature', encoding: 'hex' },
  payload: '{timestamp}:{body}',
  timestamp: { header: 'x-webflow-timestamp', unit: 'ms', tolerance: '5m' },
  eventType: { json: 'triggerType' },
});
