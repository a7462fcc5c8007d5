import { defineSender } from '../definition/define-sender.js';

/** Vonage's signed webhooks: a token with the hash of the body. */
export const vonage = defineSender({
  name: 'vonage',
  docs: 'https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks',
  aliases: ['nexmo'],
  algorithm: 'jwt-hs256',
  signature: { header: 'authorization', prefix: 'Bearer ' },
  jwt: { body: { claim: 'payload_hash', encoding: 'hex', optionalWhenEmpty: true } },
  timestamp: { claim: 'iat', unit: 's', tolerance: '5m' },
  identity: 'signed-bytes',
  eventType: [{ json: 'status' }, { json: 'message_type' }],
});
