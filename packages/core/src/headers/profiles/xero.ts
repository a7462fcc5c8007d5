import type { RateProfile } from './rate-profile.js';
import { quotaOf } from './quota-of.js';

/**
 * Remainders of a minute, of a day, and of a minute for the whole app, each under a name of its own and without a
 * reset.
 */
export const xero: RateProfile = {
  name: 'xero',
  source: 'https://developer.xero.com/documentation/guides/oauth2/limits/',
  telltale: /^x-(min|day|appmin)limit-remaining$/,
  quotas: (answer) => WINDOWS.flatMap(([name, resetMs]) => quotaOf(answer, name, resetMs)),
  vectors: [
    {
      status: 200,
      headers: { 'X-DayLimit-Remaining': '4000', 'X-MinLimit-Remaining': '0', 'X-AppMinLimit-Remaining': '9999' },
      quotas: [
        { name: 'x-minlimit-remaining', remaining: 0, resetMs: 60_000 },
        { name: 'x-appminlimit-remaining', remaining: 9999, resetMs: 60_000 },
        { name: 'x-daylimit-remaining', remaining: 4000, resetMs: 86_400_000 },
      ],
    },
    {
      status: 429,
      headers: { 'Retry-After': '37', 'X-Rate-Limit-Problem': 'minute' },
      throttled: true,
      retryAfterMs: 37_000,
    },
  ],
};

const WINDOWS = [
  ['x-minlimit-remaining', 60_000],
  ['x-appminlimit-remaining', 60_000],
  ['x-daylimit-remaining', 86_400_000],
] as const;
