import { defineSender } from '../definition/define-sender.js';

/** TikTok for Developers. The key is the client secret. */
export const tiktok = defineSender({
  name: 'tiktok',
  docs: 'https://developers.tiktok.com/doc/webhooks-verification',
  algorithm: 'hmac-sha256',
  signature: { header: 'tiktok-signature', list: { separator: ',', assign: '=', label: 's' }, encoding: 'hex' },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 't', unit: 's', tolerance: '5m' },
  identity: 'signed-bytes',
  eventType: { json: 'event' },
});
