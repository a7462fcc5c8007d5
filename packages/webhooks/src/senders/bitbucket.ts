import { defineSender } from '../definition/define-sender.js';

/** Bitbucket Cloud and Data Center, whose request ids stand in different headers. */
export const bitbucket = defineSender({
  name: 'bitbucket',
  docs: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-hub-signature', prefix: 'sha256=' },
  id: { header: 'x-request-uuid' },
  identity: { label: [{ header: 'x-request-uuid' }, { header: 'x-request-id' }] },
  eventType: { header: 'x-event-key' },
});
