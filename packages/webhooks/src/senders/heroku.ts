import { defineSender } from '../definition/define-sender.js';

/** Heroku's app webhooks. */
export const heroku = defineSender({
  name: 'heroku',
  docs: 'https://devcenter.heroku.com/articles/app-webhooks#securing-webhook-requests',
  algorithm: 'hmac-sha256',
  signature: { header: 'heroku-webhook-hmac-sha256', encoding: 'base64' },
  id: { json: 'id' },
  eventType: [{ json: 'webhook_metadata.event.include' }, { json: 'resource' }],
});
