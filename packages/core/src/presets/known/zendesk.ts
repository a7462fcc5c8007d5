import type { Preset } from '../preset.js';

export const zendesk: Preset = {
  name: 'zendesk',
  title: 'Zendesk',
  facts: [
    {
      source: 'https://developer.zendesk.com/api-reference/introduction/rate-limits/',
      says: 'a quota by plan each minute, told in headers',
      completes: { rateLimit: { profile: 'zendesk' } },
    },
    {
      source: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
      says: 'signs its webhooks in X-Zendesk-Webhook-Signature',
      completes: { webhook: { sender: 'zendesk' } },
    },
  ],
};
