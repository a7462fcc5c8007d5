import { defineSender } from '../definition/define-sender.js';

/** Stripe. The whole `whsec_…` text is the key; entries `v0` belong to test mode and are ignored. */
export const stripe = defineSender({
  name: 'stripe',
  docs: 'https://docs.stripe.com/webhooks#verify-manually',
  algorithm: 'hmac-sha256',
  signature: { header: 'stripe-signature', list: { separator: ',', assign: '=', label: 'v1' } },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 't', unit: 's', tolerance: '5m' },
  id: { json: 'id' },
  eventType: { json: 'type' },
});
