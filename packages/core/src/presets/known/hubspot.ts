import type { Preset } from '../preset.js';

export const hubspot: Preset = {
  name: 'hubspot',
  title: 'HubSpot',
  facts: [
    {
      source: 'https://developers.hubspot.com/docs/reference/api/overview',
      says: 'its APIs answer at api.hubapi.com',
      completes: { http: { baseUrl: 'https://api.hubapi.com' } },
    },
    {
      source: 'https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines',
      says: '100 requests in ten seconds for an app, and more on larger plans, told in headers',
      settings: { rateLimit: { limit: 100, per: '10s', profile: 'hubspot' } },
    },
    {
      source:
        'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
      says: 'signs its requests in X-HubSpot-Signature-v3, the URL included',
      completes: { webhook: { sender: 'hubspot-v3' } },
    },
  ],
};
