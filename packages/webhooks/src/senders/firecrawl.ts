import { defineSender } from '../definition/define-sender.js';

/** Firecrawl. */
export const firecrawl = defineSender({
  name: 'firecrawl',
  docs: 'https://docs.firecrawl.dev/webhooks/security',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-firecrawl-signature', prefix: 'sha256=', encoding: 'hex' },
  eventType: { json: 'type' },
});
