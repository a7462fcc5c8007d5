import type { Preset } from '../preset.js';

export const jira: Preset = {
  name: 'jira',
  title: 'Jira Cloud',
  facts: [
    {
      source: 'https://developer.atlassian.com/cloud/jira/platform/rate-limiting/',
      says: 'points by tier, told in headers, and Retry-After beyond them',
      completes: { rateLimit: { profile: 'jira' } },
    },
    {
      source: 'https://developer.atlassian.com/cloud/jira/platform/webhooks/',
      says: 'signs its webhooks in X-Hub-Signature',
      completes: { webhook: { sender: 'jira' } },
    },
  ],
};
