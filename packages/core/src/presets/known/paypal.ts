import type { Preset } from '../preset.js';

export const paypal: Preset = {
  name: 'paypal',
  title: 'PayPal',
  facts: [
    {
      source: 'https://developer.paypal.com/api/rest/requests/',
      says: 'its REST API answers at api-m.paypal.com, and at api-m.sandbox.paypal.com for tests',
      completes: { http: { baseUrl: 'https://api-m.paypal.com' } },
    },
    {
      source: 'https://developer.paypal.com/reference/guidelines/idempotency',
      says: 'keys of a POST stand in PayPal-Request-Id; how long they are kept differs between its APIs',
      settings: { idempotency: { header: 'PayPal-Request-Id' } },
    },
    {
      source: 'https://developer.paypal.com/api/rest/webhooks/rest/',
      says: 'signs its events with a certificate that it publishes',
      completes: { webhook: { sender: 'paypal' } },
    },
  ],
};
