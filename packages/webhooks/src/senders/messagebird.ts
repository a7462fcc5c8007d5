import { defineSender } from '../definition/define-sender.js';

/** MessageBird (Bird): a token with the hashes of URL and body. The key is the signing key. */
export const messagebird = defineSender({
  name: 'messagebird',
  docs: 'https://developers.messagebird.com/api/#verifying-http-requests',
  aliases: ['bird'],
  algorithm: 'jwt-hs256',
  signature: { header: 'messagebird-signature-jwt' },
  jwt: {
    require: { iss: 'MessageBird' },
    url: { claim: 'url_hash', hash: 'sha256', encoding: 'hex' },
    body: { claim: 'payload_hash', encoding: 'hex', optionalWhenEmpty: true },
  },
  timestamp: { claim: 'iat', unit: 's', tolerance: '5m' },
  identity: 'signed-bytes',
  eventType: { json: 'type' },
});
