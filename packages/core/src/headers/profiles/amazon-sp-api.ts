import type { RateProfile } from './rate-profile.js';

/** A token bucket whose rate a second stands in the headers; a 429 means the time of one token. */
export const amazonSpApi: RateProfile = {
  name: 'amazon-sp-api',
  source: 'https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits',
  telltale: 'x-amzn-ratelimit-limit',
  retryAfterMs(answer) {
    const perSecond = answer.number('x-amzn-ratelimit-limit');
    return perSecond === undefined || perSecond === 0 ? undefined : Math.ceil(1000 / perSecond);
  },
  vectors: [
    {
      status: 429,
      headers: { 'x-amzn-RateLimit-Limit': '0.0167', 'x-amzn-ErrorType': 'TooManyRequestsException' },
      throttled: true,
      retryAfterMs: 59_881,
    },
    { status: 200, headers: { 'x-amzn-RateLimit-Limit': '0.5' }, quotas: [], throttled: false },
  ],
};
