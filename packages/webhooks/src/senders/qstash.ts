import { defineSender } from '../definition/define-sender.js';

/**
 * Upstash QStash: a token with the hash of the body, and the URL where that is configured. There are two signing keys:
 * configure both.
 */
export const qstash = defineSender({
  name: 'qstash',
  docs: 'https://upstash.com/docs/qstash/howto/signature',
  aliases: ['upstash'],
  algorithm: 'jwt-hs256',
  signature: { header: 'upstash-signature' },
  jwt: {
    require: { iss: 'Upstash' },
    url: { claim: 'sub', optional: true },
    body: { claim: 'body', encoding: 'base64url' },
  },
  identity: { label: { header: 'upstash-message-id' } },
});
