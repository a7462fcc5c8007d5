import { defineSender } from '../definition/define-sender.js';

/** Calendly. Every body tells when its event was made. */
export const calendly = defineSender({
  name: 'calendly',
  docs: 'https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures',
  algorithm: 'hmac-sha256',
  signature: {
    header: 'calendly-webhook-signature',
    list: { separator: ',', assign: '=', label: 'v1' },
    encoding: 'hex',
  },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 't', unit: 's', tolerance: '3m' },
  identity: 'signed-bytes',
  eventType: { json: 'event' },
});
