import type { Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { senders, type KeyFetcher, type Sender } from '@breakwater/webhooks';
import { secretText, secretTexts, type SecretText } from '../fields/secret-text.js';
import { isHttpUrl } from '../fields/is-http-url.js';
import { customSetting } from '../fields/custom-setting.js';

/** How the webhooks that a provider sends are verified, and kept from taking effect twice. */
export interface WebhookOptions {
  /** The name of a known sender, or a definition made by `defineSender`. */
  sender: string | Sender;
  /** One; several while they rotate. Public keys, for senders that sign with a private one. Read anew for each request. */
  secrets?: SecretText | readonly SecretText[];
  /**
   * Brings the certificate or key that a request refers to, for senders that publish theirs (AWS SNS, PayPal, Plaid). What it is asked
   * for has passed the sender's allow-list. Each is fetched once and kept for an hour; `secrets` may then be left out.
   */
  fetchKey?: KeyFetcher;
  /** The text that was chosen when the webhook was registered, for senders that ask for it in their handshake (Meta). */
  verifyToken?: SecretText;
  /** How far the sender's time may be from ours, past and future. Default: the sender's own rule. */
  tolerance?: Duration;
  /** The public URL that the sender calls, as it was given to the sender. Needed for senders that sign it; never guessed. */
  url?: string;
  inbox?: {
    /** How long a delivery stays claimed when its process gives no sign of life. Renewed at a third of it. Default `'30s'`. */
    lease?: Duration;
    /** How long a delivery that was handled is remembered. Default `'3d'`. */
    keep?: Duration;
  };
  /**
   * The largest body that is taken, in bytes. Default 1 MiB; GitHub sends up to 25 MB. On Express, Nest's parsers have limits of
   * their own: `app.useBodyParser('json', { limit: '25mb' })`.
   */
  maxBytes?: number;
}

const DAY_MS = 86_400_000;

const webhookOptions = settings.options({
  sender: customSetting<string | Sender>(
    isSender,
    `a sender made by defineSender(), or one of ${knownSenders().join(', ')}`,
  ),
  secrets: settings.optional(secretTexts('WEBHOOK_SECRET')),
  fetchKey: settings.optional(settings.callback<KeyFetcher>('a function that fetches a key')),
  verifyToken: settings.optional(secretText('WEBHOOK_VERIFY_TOKEN')),
  tolerance: settings.optional(settings.duration()),
  url: settings.optional(customSetting<string>(isHttpUrl, 'the absolute http or https URL that the sender calls')),
  inbox: settings.optional(
    settings.options({
      lease: settings.optional(settings.duration({ min: 1000 }), 30_000),
      keep: settings.optional(settings.duration({ min: 60_000 }), 3 * DAY_MS),
    }),
    {},
  ),
  maxBytes: settings.optional(settings.integer(1, 100 * 1024 * 1024), 1024 * 1024),
});

export const webhookSchema = settings.consistent(webhookOptions, ['secrets', 'fetchKey'], ({ secrets, fetchKey }) =>
  secrets === undefined && fetchKey === undefined
    ? {
        at: 'secrets',
        message: "it is required, for example [secret('WEBHOOK_SECRET')], unless fetchKey brings the keys",
      }
    : undefined,
);

export type WebhookSettings = settings.SettingsOf<typeof webhookSchema>;

function knownSenders(): readonly string[] {
  return senders.flatMap(({ name, aliases = [] }) => [name, ...aliases]).sort();
}

function isSender(value: unknown): boolean {
  return typeof value === 'string' ? knownSenders().includes(value) : typeof value === 'object' && value !== null;
}
