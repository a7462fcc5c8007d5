import { defineSender } from '../definition/define-sender.js';

/** HubSpot's first scheme: a plain SHA-256 that begins with the client secret. */
export const hubspotV1 = defineSender({
  name: 'hubspot-v1',
  docs: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
  algorithm: 'sha256-prefix',
  signature: { header: 'x-hubspot-signature' },
  identity: { bodyWithout: ['attemptNumber'] },
  eventType: [{ json: '0.subscriptionType' }, { json: 'subscriptionType' }],
});
