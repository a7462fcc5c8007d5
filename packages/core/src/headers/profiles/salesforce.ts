import type { RateProfile } from './rate-profile.js';

/**
 * Used and size of the last 24 hours, which roll on: when some comes back is not said, so it is looked at again after a
 * while.
 */
export const salesforce: RateProfile = {
  name: 'salesforce',
  source: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm',
  telltale: 'sforce-limit-info',
  quotas(answer) {
    const match = /api-usage=(\d+)\/(\d+)/.exec(answer.text('sforce-limit-info') ?? '');
    if (match === null) return [];
    const limit = Number(match[2]);
    return [{ name: 'salesforce', remaining: Math.max(0, limit - Number(match[1])), limit, resetMs: LOOK_AGAIN_MS }];
  },
  throttles: ({ status, body }) =>
    status === 403 && Array.isArray(body) && body.some((error) => error?.errorCode === 'REQUEST_LIMIT_EXCEEDED'),
  pauseMs: 900_000,
  vectors: [
    {
      status: 200,
      headers: { 'Sforce-Limit-Info': 'api-usage=18/5000' },
      quotas: [{ name: 'salesforce', remaining: 4982, limit: 5000 }],
    },
    {
      status: 403,
      headers: {},
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
      throttled: true,
      pauseMs: 900_000,
    },
  ],
};

const LOOK_AGAIN_MS = 900_000;
