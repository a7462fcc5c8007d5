import { defineSender } from '../definition/define-sender.js';

/** Netlify's deploy notifications: a token with the hash of the body. */
export const netlify = defineSender({
  name: 'netlify',
  docs: 'https://docs.netlify.com/deploy/deploy-notifications/#payload-signature',
  algorithm: 'jwt-hs256',
  signature: { header: 'x-webhook-signature' },
  jwt: { require: { iss: 'netlify' }, body: { claim: 'sha256', encoding: 'hex' } },
  identity: 'signed-bytes',
  eventType: [{ header: 'x-netlify-event' }, { json: 'state' }],
});
