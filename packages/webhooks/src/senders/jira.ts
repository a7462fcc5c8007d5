import { defineSender } from '../definition/define-sender.js';

/** Jira Cloud, in the scheme of GitHub under the old header. */
export const jira = defineSender({
  name: 'jira',
  docs: 'https://developer.atlassian.com/cloud/jira/platform/webhooks/',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-hub-signature', prefix: 'sha256=', encoding: 'hex' },
  id: { header: 'x-atlassian-webhook-identifier' },
  eventType: { json: 'webhookEvent' },
});
