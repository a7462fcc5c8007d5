import type { Preset } from '../preset.js';

export const checkoutCom: Preset = {
  name: 'checkout-com',
  title: 'Checkout.com',
  facts: [
    {
      source: 'https://www.checkout.com/docs/payments/manage-payments/idempotency',
      says: 'keys stand in a header of its own and expire after 24 hours; only a success is kept',
      settings: { idempotency: { header: 'Cko-Idempotency-Key', window: '24h' } },
    },
    {
      source: 'https://www.checkout.com/docs/previous/resources/api-rate-limits',
      says: '100 reading and 100 writing requests a second',
      settings: { rateLimit: { limit: 100, per: '1s' } },
    },
    {
      source: 'https://www.checkout.com/docs/developer-resources/webhooks',
      says: 'signs its events in Cko-Signature',
      completes: { webhook: { sender: 'checkout-com' } },
    },
  ],
};
