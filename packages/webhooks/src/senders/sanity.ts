import { defineSender } from '../definition/define-sender.js';

/** Sanity's GROQ webhooks, in milliseconds. */
export const sanity = defineSender({
  name: 'sanity',
  docs: 'https://www.sanity.io/docs/webhooks',
  algorithm: 'hmac-sha256',
  signature: {
    header: 'sanity-webhook-signature',
    encoding: 'base64url',
    list: { separator: ',', assign: '=', label: 'v1' },
  },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 't', unit: 'ms', tolerance: '5m' },
  id: { header: 'idempotency-key' },
  eventType: { header: 'sanity-operation' },
});
