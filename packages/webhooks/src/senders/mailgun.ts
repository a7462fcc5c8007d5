import { defineSender } from '../definition/define-sender.js';

/**
 * Mailgun's webhooks (JSON) and routes (forms). Only timestamp and token are signed: trust the rest of the body no
 * further than the connection.
 */
export const mailgun = defineSender({
  name: 'mailgun',
  docs: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks',
  algorithm: 'hmac-sha256',
  signature: { json: 'signature.signature', form: 'signature' },
  payload: '{timestamp}{id}',
  timestamp: { json: 'signature.timestamp', form: 'timestamp', unit: 's', tolerance: '5m' },
  id: { json: 'signature.token', form: 'token' },
  eventType: { json: 'event-data.event', form: 'event' },
});
