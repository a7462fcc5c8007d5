import { defineSender } from '../definition/define-sender.js';

/** Modern Treasury. */
export const modernTreasury = defineSender({
  name: 'modern-treasury',
  docs: 'https://docs.moderntreasury.com/platform/reference/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-signature', encoding: 'hex' },
  eventType: [{ header: 'x-topic' }, { json: 'event' }],
});
