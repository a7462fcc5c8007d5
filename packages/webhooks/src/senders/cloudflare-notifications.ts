import { defineSender } from '../definition/define-sender.js';

/** Cloudflare's notifications repeat the secret of the destination and sign nothing. */
export const cloudflareNotifications = defineSender({
  name: 'cloudflare-notifications',
  docs: 'https://developers.cloudflare.com/notifications/get-started/configure-webhooks/',
  algorithm: 'token',
  signature: { header: 'cf-webhook-auth' },
  identity: 'signed-bytes',
  eventType: { json: 'alert_type' },
});
