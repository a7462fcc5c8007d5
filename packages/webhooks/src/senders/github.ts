import { defineSender } from '../definition/define-sender.js';

/** GitHub. Form deliveries are signed in their encoded form; there is no timestamp. */
export const github = defineSender({
  name: 'github',
  docs: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-hub-signature-256', prefix: 'sha256=' },
  id: { header: 'x-github-delivery' },
  eventType: { header: 'x-github-event' },
  hint: 'the secret of another hook, or of another level: repository, organization and app have their own',
  document: { form: 'payload' },
});
