import { defineSender } from '../definition/define-sender.js';

/** Mailgun's events of a subaccount, verified with the signing key of the account above it. The body is not signed. */
export const mailgunParent = defineSender({
  name: 'mailgun-parent',
  docs: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks',
  algorithm: 'hmac-sha256',
  signature: { json: 'parent-signature.signature' },
  payload: '{timestamp}{id}',
  timestamp: { json: 'parent-signature.timestamp', unit: 's', tolerance: '5m' },
  id: { json: 'parent-signature.token' },
  eventType: { json: 'event-data.event', form: 'event' },
});
