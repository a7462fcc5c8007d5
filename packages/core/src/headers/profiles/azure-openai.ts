import type { RateProfile } from './rate-profile.js';

/** As OpenAI, often without a reset; a 429 has it under other names, in seconds. */
export const azureOpenai: RateProfile = {
  name: 'azure-openai',
  source: 'https://learn.microsoft.com/azure/ai-services/openai/how-to/quota',
  telltale: /^x-rate-limit-reset-(tokens|requests)$/,
  retryAfterMs(answer) {
    const resets = ['tokens', 'requests'].map((what) => answer.until(`x-rate-limit-reset-${what}`)?.ms ?? 0);
    return Math.max(...resets) || undefined;
  },
  vectors: [
    {
      status: 429,
      headers: { 'x-rate-limit-reset-tokens': '55', 'x-ratelimit-remaining-requests': '118' },
      throttled: true,
      retryAfterMs: 55_000,
    },
    { status: 429, headers: { 'x-ratelimit-remaining-tokens': '-1' }, quotas: [], throttled: true },
  ],
};
