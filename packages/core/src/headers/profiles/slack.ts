import type { RateProfile } from './rate-profile.js';

/** 429 with `Retry-After`, for one method in one workspace: give each method a limit of its own. */
export const slack: RateProfile = {
  name: 'slack',
  source: 'https://docs.slack.dev/apis/web-api/rate-limits',
  throttles: (answer) => answer.inBody('error') === 'ratelimited',
  vectors: [
    { status: 429, headers: { 'Retry-After': '30' }, throttled: true, retryAfterMs: 30_000 },
    { status: 200, headers: {}, body: { ok: false, error: 'ratelimited' }, throttled: true },
    { status: 200, headers: {}, body: { ok: true }, throttled: false },
  ],
};
