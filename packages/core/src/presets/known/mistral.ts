import type { Preset } from '../preset.js';

export const mistral: Preset = {
  name: 'mistral',
  title: 'Mistral AI',
  facts: [
    {
      source: 'https://docs.mistral.ai/api/',
      says: 'its API answers at api.mistral.ai/v1',
      completes: { http: { baseUrl: 'https://api.mistral.ai/v1' } },
    },
    {
      source: 'https://docs.mistral.ai/deployment/laplateforme/tier/',
      says: 'quotas by tier, told in headers',
      completes: { rateLimit: { profile: 'mistral' } },
    },
  ],
};
