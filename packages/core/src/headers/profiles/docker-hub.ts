import type { RateProfile } from './rate-profile.js';

/** No reset, and the window behind the number: `0;w=21600`. */
export const dockerHub: RateProfile = {
  name: 'docker-hub',
  source: 'https://docs.docker.com/docker-hub/usage/pulls/',
  vectors: [
    {
      status: 200,
      headers: { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' },
      quotas: [{ name: 'ratelimit', remaining: 0, limit: 100, resetMs: 21_600_000 }],
    },
  ],
};
