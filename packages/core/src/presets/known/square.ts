import type { Preset } from '../preset.js';

export const square: Preset = {
  name: 'square',
  title: 'Square',
  facts: [
    {
      source: 'https://developer.squareup.com/docs/build-basics/general-considerations',
      says: 'its API answers at connect.squareup.com/v2',
      completes: { http: { baseUrl: 'https://connect.squareup.com/v2' } },
    },
    {
      source: 'https://developer.squareup.com/docs/working-with-apis/idempotency',
      says: 'keys stand in the body, of 45 characters at most for a payment',
      settings: { idempotency: { body: 'idempotency_key', maxLength: 45 } },
    },
    {
      source: 'https://developer.squareup.com/docs/webhooks/step3validate',
      says: 'signs the URL and the body of its events',
      completes: { webhook: { sender: 'square' } },
    },
  ],
};
