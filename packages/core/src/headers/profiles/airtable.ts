import type { RateProfile } from './rate-profile.js';

/** Five a second and base; a 429 says nothing, and means 30 seconds. */
export const airtable: RateProfile = {
  name: 'airtable',
  source: 'https://airtable.com/developers/web/api/rate-limits',
  pauseMs: 30_000,
  vectors: [{ status: 429, headers: {}, throttled: true, pauseMs: 30_000 }],
};
