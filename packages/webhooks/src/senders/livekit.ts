import { defineSender } from '../definition/define-sender.js';

/** LiveKit: a token with the hash of the body. The key is the API secret. */
export const livekit = defineSender({
  name: 'livekit',
  docs: 'https://docs.livekit.io/home/server/webhooks/',
  algorithm: 'jwt-hs256',
  signature: { header: 'authorization', prefix: 'Bearer ' },
  jwt: { body: { claim: 'sha256', encoding: 'base64' } },
  id: { json: 'id' },
  eventType: { json: 'event' },
});
