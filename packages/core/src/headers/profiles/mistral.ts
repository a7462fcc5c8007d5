import type { RateProfile } from './rate-profile.js';
import { quotaOf } from './quota-of.js';

/** Requests and tokens of a minute, and what the call has cost of the latter. */
export const mistral: RateProfile = {
  name: 'mistral',
  source: 'https://docs.mistral.ai/deployment/laplateforme/tier/',
  telltale: /^x-ratelimit-remaining-(req|tokens)-minute$/,
  quotas: (answer) => [
    ...quotaOf(answer, 'x-ratelimit-remaining-req-minute', 60_000, 'x-ratelimit-limit-req-minute').map((quota) => ({
      ...quota,
      unit: 'requests' as const,
    })),
    ...quotaOf(answer, 'x-ratelimit-remaining-tokens-minute', 60_000, 'x-ratelimit-limit-tokens-minute'),
  ],
  cost: (answer) => answer.number('x-ratelimit-tokens-query-cost'),
  vectors: [
    {
      status: 200,
      headers: {
        'x-ratelimit-limit-tokens-minute': '5000000',
        'x-ratelimit-remaining-tokens-minute': '4999911',
        'x-ratelimit-tokens-query-cost': '52',
        'x-ratelimit-limit-req-minute': '720',
        'x-ratelimit-remaining-req-minute': '0',
      },
      quotas: [
        { remaining: 0, limit: 720, unit: 'requests', resetMs: 60_000 },
        { remaining: 4_999_911, limit: 5_000_000, resetMs: 60_000 },
      ],
      cost: 52,
    },
  ],
};
