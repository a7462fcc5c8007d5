import { defineSender } from '../definition/define-sender.js';

/** QuickBooks Online. The key is the verifier token. */
export const quickbooks = defineSender({
  name: 'quickbooks',
  docs: 'https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks',
  aliases: ['intuit'],
  algorithm: 'hmac-sha256',
  signature: { header: 'intuit-signature', encoding: 'base64' },
  identity: 'signed-bytes',
  eventType: [{ json: '0.type' }, { json: 'eventNotifications.0.dataChangeEvent.entities.0.operation' }],
});
