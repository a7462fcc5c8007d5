import { defineSender } from '../definition/define-sender.js';

/** Gitea and Forgejo. */
export const gitea = defineSender({
  name: 'gitea',
  docs: 'https://docs.gitea.com/usage/webhooks',
  aliases: ['forgejo'],
  algorithm: 'hmac-sha256',
  signature: { header: 'x-gitea-signature' },
  id: { header: 'x-gitea-delivery' },
  eventType: [{ header: 'x-gitea-event' }, { header: 'x-forgejo-event' }],
  document: { form: 'payload' },
});
