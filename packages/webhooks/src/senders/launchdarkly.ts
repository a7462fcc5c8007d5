import { defineSender } from '../definition/define-sender.js';

/** LaunchDarkly. */
export const launchdarkly = defineSender({
  name: 'launchdarkly',
  docs: 'https://launchdarkly.com/docs/home/infrastructure/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-ld-signature', encoding: 'hex' },
  id: { json: '_id' },
  eventType: { json: 'kind' },
});
