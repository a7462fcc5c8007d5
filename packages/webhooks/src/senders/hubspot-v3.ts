import { defineSender } from '../definition/define-sender.js';

/** HubSpot's current scheme. */
export const hubspotV3 = defineSender({
  name: 'hubspot-v3',
  docs: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
  aliases: ['hubspot'],
  algorithm: 'hmac-sha256',
  signature: { header: 'x-hubspot-signature-v3', encoding: 'base64' },
  payload: '{method}{url-decoded}{body}{timestamp}',
  timestamp: { header: 'x-hubspot-request-timestamp', unit: 'ms', tolerance: '5m' },
  identity: { bodyWithout: ['attemptNumber'] },
  eventType: [{ json: '0.subscriptionType' }, { json: 'subscriptionType' }],
});
