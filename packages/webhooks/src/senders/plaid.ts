import { defineSender } from '../definition/define-sender.js';

/**
 * Plaid: an ES256 token in a header, which holds the hash of the body; its key is looked up by `kid`. A notification
 * about an item says only that the item has changed, so that the next one may have the same bytes.
 */
export const plaid = defineSender({
  name: 'plaid',
  docs: 'https://plaid.com/docs/api/webhooks/webhook-verification/',
  algorithm: 'jwt-es256',
  signature: { header: 'plaid-verification' },
  jwt: { body: { claim: 'request_body_sha256', encoding: 'hex' } },
  timestamp: { claim: 'iat', unit: 's', tolerance: '5m' },
  fetchedKey: { kid: 'token' },
  identity: { signedBytesUnless: [{ json: 'item_id' }] },
  eventType: { json: 'webhook_code' },
});
