import { defineSender } from '../definition/define-sender.js';

/** Box, with a signature of each of two keys. */
export const box = defineSender({
  name: 'box',
  docs: 'https://developer.box.com/guides/webhooks/v2/signatures-v2/',
  algorithm: 'hmac-sha256',
  signature: { headers: ['box-signature-primary', 'box-signature-secondary'], encoding: 'base64' },
  payload: '{body}{timestamp}',
  timestamp: { header: 'box-delivery-timestamp', unit: 'rfc3339', tolerance: '10m' },
  id: { header: 'box-delivery-id' },
  require: { 'box-signature-version': '1', 'box-signature-algorithm': 'HmacSHA256' },
  identity: 'signed-bytes',
  eventType: { json: 'trigger' },
});
