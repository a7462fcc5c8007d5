import { defineSender } from '../definition/define-sender.js';

/** Gogs. */
export const gogs = defineSender({
  name: 'gogs',
  docs: 'https://gogs.io/docs/features/webhook',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-gogs-signature' },
  id: { header: 'x-gogs-delivery' },
  eventType: { header: 'x-gogs-event' },
  document: { form: 'payload' },
});
