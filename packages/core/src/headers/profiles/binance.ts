import type { RateProfile } from './rate-profile.js';

/**
 * Says how much weight was used of a minute, never of how much: 6000 on the spot market. 418 is a ban, which grows
 * while one goes on.
 */
export const binance: RateProfile = {
  name: 'binance',
  source: 'https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits',
  quotas(answer) {
    const used = answer.number('x-mbx-used-weight-1m');
    if (used === undefined) return [];
    return [{ name: 'weight', remaining: Math.max(0, WEIGHT - used), limit: WEIGHT, resetMs: 60_000 }];
  },
  throttles: ({ status }) => status === 418,
  vectors: [
    {
      status: 200,
      headers: { 'X-MBX-USED-WEIGHT-1M': '6000' },
      quotas: [{ name: 'weight', remaining: 0, limit: 6000, resetMs: 60_000 }],
    },
    { status: 418, headers: { 'Retry-After': '720' }, throttled: true, retryAfterMs: 720_000 },
  ],
};

/** For each minute and address. */
const WEIGHT = 6000;
