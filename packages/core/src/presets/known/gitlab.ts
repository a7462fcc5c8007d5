import type { Preset } from '../preset.js';

export const gitlab: Preset = {
  name: 'gitlab',
  title: 'GitLab.com',
  facts: [
    {
      source: 'https://docs.gitlab.com/api/rest/',
      says: 'its REST API answers below /api/v4',
      completes: { http: { baseUrl: 'https://gitlab.com/api/v4' } },
    },
    {
      source: 'https://docs.gitlab.com/user/gitlab_com/rate_limits/',
      says: '2000 authenticated API requests a minute for a user, told in headers',
      settings: { rateLimit: { limit: 2000, per: '1m', profile: 'gitlab' } },
    },
    {
      source: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
      says: 'sends a token that was agreed upon',
      completes: { webhook: { sender: 'gitlab-token' } },
    },
  ],
};
