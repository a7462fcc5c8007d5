import { defineSender } from '../definition/define-sender.js';

/** Sinch's conversation API. The nonce differs for each attempt. */
export const sinch = defineSender({
  name: 'sinch',
  docs: 'https://developers.sinch.com/docs/conversation/callbacks/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-sinch-webhook-signature', encoding: 'base64' },
  payload: '{body}.{nonce:x-sinch-webhook-signature-nonce}.{timestamp}',
  timestamp: { header: 'x-sinch-webhook-signature-timestamp', unit: 's', tolerance: '5m' },
  identity: 'signed-bytes',
});
