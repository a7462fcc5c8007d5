import type { Preset } from '../preset.js';

export const notion: Preset = {
  name: 'notion',
  title: 'Notion',
  facts: [
    {
      source: 'https://developers.notion.com/reference/versioning',
      says: 'its API answers at api.notion.com/v1, and wants its version named',
      completes: { http: { baseUrl: 'https://api.notion.com/v1', headers: { 'Notion-Version': '2022-06-28' } } },
    },
    {
      source: 'https://developers.notion.com/reference/request-limits',
      says: 'about three requests a second for a connection, as 180 a minute, and 429 or 529 with Retry-After beyond it',
      settings: { rateLimit: { limit: 180, per: '1m', profile: 'notion' } },
    },
    {
      source: 'https://developers.notion.com/reference/webhooks',
      says: 'signs its events in X-Notion-Signature',
      completes: { webhook: { sender: 'notion' } },
    },
  ],
};
