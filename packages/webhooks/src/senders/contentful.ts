import { defineSender } from '../definition/define-sender.js';

/** Contentful's signed requests: method, path, the headers that the request lists, and the body. */
export const contentful = defineSender({
  name: 'contentful',
  docs: 'https://www.contentful.com/developers/docs/extensibility/app-framework/request-verification/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-contentful-signature' },
  payload: '{method}\n{path-query}\n{signed-headers}\n{body}',
  signedHeaders: {
    header: 'x-contentful-signed-headers',
    separator: ',',
    format: '{name}:{value}',
    join: ';',
    include: ['x-contentful-signed-headers', 'x-contentful-timestamp'],
  },
  timestamp: { header: 'x-contentful-timestamp', unit: 'ms', tolerance: '5m' },
  identity: { label: { header: 'x-contentful-idempotency-key' }, with: [{ header: 'x-contentful-topic' }] },
  eventType: { header: 'x-contentful-topic' },
});
