import { defineSender } from '../definition/define-sender.js';

/** CircleCI. */
export const circleci = defineSender({
  name: 'circleci',
  docs: 'https://circleci.com/docs/guides/integration/outbound-webhooks/',
  algorithm: 'hmac-sha256',
  signature: { header: 'circleci-signature', list: { separator: ',', assign: '=', label: 'v1' } },
  id: { json: 'id' },
  eventType: { json: 'type' },
});
