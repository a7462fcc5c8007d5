import type { Preset } from '../preset.js';

export const discord: Preset = {
  name: 'discord',
  title: 'Discord',
  facts: [
    {
      source: 'https://docs.discord.com/developers/reference',
      says: 'its API answers at discord.com/api',
      completes: { http: { baseUrl: 'https://discord.com/api/v10' } },
    },
    {
      source: 'https://support-dev.discord.com/hc/en-us/articles/6223003921559-My-Bot-is-Being-Rate-Limited',
      says: '50 requests a second for an application; routes have limits of their own, told in headers',
      settings: { rateLimit: { limit: 50, per: '1s', profile: 'discord' } },
    },
    {
      source: 'https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint',
      says: 'signs its interactions with Ed25519',
      completes: { webhook: { sender: 'discord' } },
    },
  ],
};
