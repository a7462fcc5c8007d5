import { defineSender } from '../define-sender.js';

/** X, formerly Twitter: the account activity API. The key is the consumer secret. */
export const twitter = defineSender({
  name: 'twitter',
  docs: 'https://docs.x.com/x-api/webhooks/quickstart',
  aliases: ['x', 'twitter-x'],
  algorithm: 'hmac-sha256',
  signature: { header: 'x-twitter-webhooks-signature', prefix: 'sha256=', encoding: 'base64' },
});
