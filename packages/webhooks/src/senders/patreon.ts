import { defineSender } from '../definition/define-sender.js';

/** Patreon, with HMAC-MD5. */
export const patreon = defineSender({
  name: 'patreon',
  docs: 'https://docs.patreon.com/#webhooks',
  algorithm: 'hmac-md5',
  signature: { header: 'x-patreon-signature' },
  eventType: { header: 'x-patreon-event' },
});
