import type { RateProfile } from './rate-profile.js';
import { LONGEST_DELAY_MS } from '../../time/clock.js';

/**
 * An interval whose beginning is not said, at worst now; and a day, whose end depends on the time zone of the account.
 */
export const hubspot: RateProfile = {
  name: 'hubspot',
  source: 'https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines',
  telltale: /^x-hubspot-ratelimit-/,
  quotas(answer) {
    const part = (name: string) => answer.number(`x-hubspot-ratelimit-${name}`);
    const [remaining, intervalMs, daily] = [part('remaining'), part('interval-milliseconds'), part('daily-remaining')];
    return [
      ...(remaining === undefined || intervalMs === undefined
        ? []
        : [{ name: 'hubspot', remaining, limit: part('max'), resetMs: Math.min(intervalMs, LONGEST_DELAY_MS) }]),
      ...(daily === undefined
        ? []
        : [{ name: 'hubspot-daily', remaining: daily, limit: part('daily'), resetMs: DAY_MS }]),
    ];
  },
  vectors: [
    {
      status: 200,
      headers: {
        'X-HubSpot-RateLimit-Max': '100',
        'X-HubSpot-RateLimit-Remaining': '0',
        'X-HubSpot-RateLimit-Interval-Milliseconds': '10000',
        'X-HubSpot-RateLimit-Daily': '250000',
        'X-HubSpot-RateLimit-Daily-Remaining': '249000',
      },
      quotas: [
        { name: 'hubspot', remaining: 0, limit: 100, resetMs: 10_000 },
        { name: 'hubspot-daily', remaining: 249_000, limit: 250_000, resetMs: 86_400_000 },
      ],
    },
  ],
};

const DAY_MS = 86_400_000;
