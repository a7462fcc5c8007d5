import { defineSender } from '../define-sender.js';

/** Meta: Facebook, Instagram, WhatsApp. Signed as sent, with its lower-case `\u` escapes. */
export const meta = defineSender({
  name: 'meta',
  docs: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
  aliases: ['facebook', 'instagram', 'whatsapp'],
  algorithm: 'hmac-sha256',
  signature: { header: 'x-hub-signature-256', prefix: 'sha256=' },
});
