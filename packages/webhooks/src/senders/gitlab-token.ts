import { defineSender } from '../definition/define-sender.js';

/**
 * GitLab's secret token: sent as it is, so nothing of the request is signed. Newer servers can sign:
 * `gitlab-signing-token`.
 */
export const gitlabToken = defineSender({
  name: 'gitlab-token',
  docs: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  aliases: ['gitlab'],
  algorithm: 'token',
  signature: { header: 'x-gitlab-token' },
  id: { header: 'x-gitlab-event-uuid' },
  identity: {
    label: [{ header: 'idempotency-key' }, { header: 'x-gitlab-event-uuid' }],
    with: [{ header: 'x-gitlab-webhook-uuid' }],
  },
  eventType: { header: 'x-gitlab-event' },
});
