import { defineSender } from '../definition/define-sender.js';

/**
 * SendGrid's event webhook: ECDSA, so the secret is the public key of the settings page. A trailing line break is
 * signed.
 */
export const sendgrid = defineSender({
  name: 'sendgrid',
  docs: 'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features',
  algorithm: 'ecdsa-p256-sha256',
  key: 'spki',
  signature: { header: 'x-twilio-email-event-webhook-signature', encoding: 'base64' },
  payload: '{timestamp}{body}',
  timestamp: { header: 'x-twilio-email-event-webhook-timestamp', unit: 's', tolerance: '5m' },
  identity: 'signed-bytes',
  eventType: { json: '0.event' },
});
