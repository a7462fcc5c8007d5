import type { RateProfile } from './rate-profile.js';

/** Requests and tokens refill all the time; `reset` is when they are whole, as a Go duration. */
export const openai: RateProfile = {
  name: 'openai',
  source: 'https://platform.openai.com/docs/guides/rate-limits',
  vectors: [
    {
      status: 200,
      headers: {
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-tokens': '149984',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      quotas: [
        { name: 'requests', remaining: 59, limit: 60, unit: 'requests', resetMs: 1000, refills: true },
        { name: 'tokens', remaining: 149_984, limit: 150_000, resetMs: 360_000, refills: true },
      ],
    },
  ],
};
