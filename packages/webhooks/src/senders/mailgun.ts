import { defineSender } from '../definition/define-sender.js';

/** Mailgun. Only timestamp and token are signed: trust the rest of the body no further than the connection. */
export const mailgun = defineSender({
  name: 'mailgun',
  docs: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks',
  algorithm: 'hmac-sha256',
  signature: { json: 'signature.signature' },
  payload: '{timestamp}{id}',
  timestamp: { json: 'signature.timestamp', unit: 's', tolerance: '5m' },
  id: { json: 'signature.token' },
});
