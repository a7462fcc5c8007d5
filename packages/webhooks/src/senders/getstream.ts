import { defineSender } from '../definition/define-sender.js';

/** Stream's chat, video and feeds. The key is the API secret; bodies that are compressed are signed uncompressed. */
export const getstream = defineSender({
  name: 'getstream',
  docs: 'https://getstream.io/chat/docs/node/webhooks_overview/',
  aliases: ['stream'],
  algorithm: 'hmac-sha256',
  signature: { header: 'x-signature', encoding: 'hex' },
  id: { header: 'x-webhook-id' },
  eventType: { json: 'type' },
});
