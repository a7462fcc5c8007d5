import type { Preset } from '../preset.js';

export const contentful: Preset = {
  name: 'contentful',
  title: 'Contentful, Content Delivery API',
  facts: [
    {
      source: 'https://www.contentful.com/developers/docs/references/content-delivery-api/overview',
      says: 'reads at cdn.contentful.com',
      completes: { http: { baseUrl: 'https://cdn.contentful.com' } },
    },
    {
      source: 'https://www.contentful.com/developers/docs/references/content-management-api/',
      says: 'a quota by space each second, told in headers',
      completes: { rateLimit: { profile: 'contentful' } },
    },
    {
      source: 'https://www.contentful.com/developers/docs/extensibility/app-framework/request-verification/',
      says: 'signs its webhooks in X-Contentful-Signature',
      completes: { webhook: { sender: 'contentful' } },
    },
  ],
};
