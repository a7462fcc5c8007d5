import { defineSender } from '../definition/define-sender.js';

/** Retell AI, in milliseconds. The key is the API key that has the webhook badge. */
export const retell = defineSender({
  name: 'retell',
  docs: 'https://docs.retellai.com/features/secure-webhook',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-retell-signature', list: { separator: ',', assign: '=', label: 'd' }, encoding: 'hex' },
  payload: '{body}{timestamp}',
  timestamp: { entry: 'v', unit: 'ms', tolerance: '5m' },
  identity: 'signed-bytes',
  eventType: { json: 'event' },
});
