import { defineSender } from '../definition/define-sender.js';

/** EasyPost. */
export const easypost = defineSender({
  name: 'easypost',
  docs: 'https://docs.easypost.com/guides/webhooks-guide',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-hmac-signature', prefix: 'hmac-sha256-hex=', encoding: 'hex' },
  id: { json: 'id' },
  eventType: { json: 'description' },
});
