import type { Preset } from '../preset.js';

export const klaviyo: Preset = {
  name: 'klaviyo',
  title: 'Klaviyo',
  facts: [
    {
      source: 'https://developers.klaviyo.com/en/reference/api_overview',
      says: 'its API answers at a.klaviyo.com/api',
      completes: { http: { baseUrl: 'https://a.klaviyo.com/api' } },
    },
    {
      source: 'https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling',
      says: 'each endpoint has a tier, told in headers',
      completes: { rateLimit: { profile: 'klaviyo' } },
    },
    {
      source: 'https://developers.klaviyo.com/en/docs/working_with_system_webhooks',
      says: 'signs its webhooks in Klaviyo-Signature',
      completes: { webhook: { sender: 'klaviyo' } },
    },
  ],
};
