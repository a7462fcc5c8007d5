import type { Preset } from '../preset.js';

export const mollie: Preset = {
  name: 'mollie',
  title: 'Mollie',
  facts: [
    {
      source: 'https://docs.mollie.com/reference',
      says: 'its API answers at api.mollie.com/v2',
      completes: { http: { baseUrl: 'https://api.mollie.com/v2' } },
    },
    {
      source: 'https://docs.mollie.com/overview/api-idempotency',
      says: 'keys stand in a header',
      settings: { idempotency: { header: 'Idempotency-Key' } },
    },
  ],
};
