import { defineSender } from '../definition/define-sender.js';

/** Pusher Channels. The key is the app's secret; the body tells its time in milliseconds. */
export const pusher = defineSender({
  name: 'pusher',
  docs: 'https://pusher.com/docs/channels/server_api/webhooks/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-pusher-signature', encoding: 'hex' },
  identity: 'signed-bytes',
  eventType: { json: 'events.0.name' },
});
