import { defineSender } from '../definition/define-sender.js';

/** Bitbucket Cloud and Data Center. */
export const bitbucket = defineSender({
  name: 'bitbucket',
  docs: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-hub-signature', prefix: 'sha256=' },
  id: { header: 'x-request-uuid' },
  eventType: { header: 'x-event-key' },
});
