import { defineSender } from '../definition/define-sender.js';

/** HubSpot's second scheme, for workflow actions and CRM cards. */
export const hubspotV2 = defineSender({
  name: 'hubspot-v2',
  docs: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
  algorithm: 'sha256-prefix',
  signature: { header: 'x-hubspot-signature' },
  payload: '{method}{url}{body}',
  eventType: [{ json: '0.subscriptionType' }, { json: 'subscriptionType' }],
});
