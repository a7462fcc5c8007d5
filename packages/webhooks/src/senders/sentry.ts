import { defineSender } from '../definition/define-sender.js';

/** Sentry's integration platform. The key is the integration's client secret. */
export const sentry = defineSender({
  name: 'sentry',
  docs: 'https://docs.sentry.io/organization/integrations/integration-platform/webhooks/',
  algorithm: 'hmac-sha256',
  signature: { header: 'sentry-hook-signature', encoding: 'hex' },
  id: { header: 'request-id' },
  eventType: { header: 'sentry-hook-resource' },
});
