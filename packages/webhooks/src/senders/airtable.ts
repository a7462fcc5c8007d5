import { defineSender } from '../definition/define-sender.js';

/**
 * Airtable's pings, which tell when a base has changed and not how. The key is the base64 `macSecretBase64` of the
 * webhook.
 */
export const airtable = defineSender({
  name: 'airtable',
  docs: 'https://airtable.com/developers/web/api/webhooks-overview',
  algorithm: 'hmac-sha256',
  key: 'base64',
  signature: { header: 'x-airtable-content-mac', prefix: 'hmac-sha256=', encoding: 'hex' },
  identity: 'signed-bytes',
});
