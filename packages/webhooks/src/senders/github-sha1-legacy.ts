import { defineSender } from '../definition/define-sender.js';

/** GitHub's first header, for servers too old to send the other one. Prefer `github`. */
export const githubSha1Legacy = defineSender({
  name: 'github-sha1-legacy',
  docs: 'https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers',
  aliases: ['github-sha1'],
  algorithm: 'hmac-sha1',
  signature: { header: 'x-hub-signature', prefix: 'sha1=' },
  id: { header: 'x-github-delivery' },
  eventType: { header: 'x-github-event' },
  document: { form: 'payload' },
});
