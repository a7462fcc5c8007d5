import { settings as parts } from '@breakwater/core/adapter';
import type { Section } from '../../config/section.js';
import { webhookFaults } from './webhook-faults.js';
import { isNearSender, webhookSchema, type WebhookSettings } from './webhook.options.js';

/** `webhook` in a provider's settings: how what the provider sends is verified. */
export const webhookSection: Section<WebhookSettings> = {
  name: 'webhook',
  schema: webhookSchema,
  credentials: ['secrets', 'verifyToken'],
  // A secret in the place of the sender is like no sender's name.
  shows: (option, text) => option === 'sender' && isNearSender(text),
  // A sender's own definition is one thing: what it does not say must not come from another's.
  replaced: (_standing, { sender }) => (parts.isPlain(sender) ? ['sender'] : []),
  faults: ({ settings }, secrets, path) =>
    settings === undefined ? [] : webhookFaults(settings, (secret) => secrets.reveal(secret), path),
};
