import { defineSender } from '../definition/define-sender.js';

/** Vercel's account and integration webhooks. */
export const vercel = defineSender({
  name: 'vercel',
  docs: 'https://vercel.com/docs/webhooks/webhooks-api',
  algorithm: 'hmac-sha1',
  signature: { header: 'x-vercel-signature', encoding: 'hex' },
  id: { json: 'id' },
  eventType: { json: 'type' },
});
