import { defineSender } from '../definition/define-sender.js';

/** DocuSign Connect: a header for each active key. The key is the text shown, not decoded. */
export const docusign = defineSender({
  name: 'docusign',
  docs: 'https://developers.docusign.com/platform/webhooks/connect/hmac/',
  algorithm: 'hmac-sha256',
  signature: { numbered: 'x-docusign-signature-', encoding: 'base64' },
  identity: { bodyWithout: ['retryCount'] },
  eventType: { json: 'event' },
});
