import { defineSender } from '../definition/define-sender.js';

/** Lemon Squeezy. */
export const lemonsqueezy = defineSender({
  name: 'lemonsqueezy',
  docs: 'https://docs.lemonsqueezy.com/help/webhooks/signing-requests',
  aliases: ['lemon-squeezy'],
  algorithm: 'hmac-sha256',
  signature: { header: 'x-signature' },
  eventType: [{ header: 'x-event-name' }, { json: 'meta.event_name' }],
});
