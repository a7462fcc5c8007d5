import { defineSender } from '../definition/define-sender.js';

/** Stripe. The whole `whsec_…` text is the key; entries `v0` belong to test mode and are ignored. */
export const stripe = defineSender({
  name: 'stripe',
  docs: 'https://docs.stripe.com/webhooks#verify-manually',
  algorithm: 'hmac-sha256',
  key: { encoding: 'utf8', mistaken: ['sk_live_', 'sk_test_', 'pk_live_', 'pk_test_', 'rk_live_', 'rk_test_'] },
  signature: { header: 'stripe-signature', list: { separator: ',', assign: '=', label: 'v1' } },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 't', unit: 's', tolerance: '5m' },
  id: { json: 'id' },
  eventType: { json: 'type' },
  hint: 'the secret of the Dashboard where the command line forwards, or the other way round: each endpoint has its own',
});
