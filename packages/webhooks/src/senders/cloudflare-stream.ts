import { defineSender } from '../definition/define-sender.js';

/** Cloudflare Stream. */
export const cloudflareStream = defineSender({
  name: 'cloudflare-stream',
  docs: 'https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/',
  algorithm: 'hmac-sha256',
  signature: { header: 'webhook-signature', list: { separator: ',', assign: '=', label: 'sig1' }, encoding: 'hex' },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 'time', unit: 's', tolerance: '5m' },
  identity: 'signed-bytes',
  eventType: { json: 'status.state' },
});
