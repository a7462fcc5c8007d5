import type { Preset } from '../preset.js';

export const adyen: Preset = {
  name: 'adyen',
  title: 'Adyen',
  facts: [
    {
      source: 'https://docs.adyen.com/development-resources/api-idempotency',
      says: 'keys of a POST stand in a header',
      settings: { idempotency: { header: 'idempotency-key' } },
    },
    {
      source: 'https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures',
      says: 'signs its notifications, by default within their items',
      completes: { webhook: { sender: 'adyen-item' } },
    },
  ],
};
