import type { RateProfile } from './rate-profile.js';
import { namesLike } from '../headers.js';

/** The account in `RateLimit-*`, and single endpoints in headers that carry their names. */
export const zendesk: RateProfile = {
  name: 'zendesk',
  source: 'https://developer.zendesk.com/api-reference/introduction/rate-limits/',
  telltale: /^zendesk-ratelimit-/,
  quotas(answer) {
    return namesLike(answer.headers, /^zendesk-ratelimit-/).flatMap((name) => {
      const part = (of: string) => new RegExp(`${of}=(\\d+)`).exec(answer.text(name) ?? '')?.[1];
      const [remaining, resets] = [part('remaining'), part('resets')];
      if (remaining === undefined || resets === undefined) return [];
      return [{ name, remaining: Number(remaining), limit: Number(part('total')), resetMs: Number(resets) * 1000 }];
    });
  },
  vectors: [
    {
      status: 200,
      headers: { 'Zendesk-RateLimit-Tickets-Index': 'total=100; remaining=0; resets=41' },
      quotas: [{ name: 'zendesk-ratelimit-tickets-index', remaining: 0, limit: 100, resetMs: 41_000 }],
    },
  ],
};
