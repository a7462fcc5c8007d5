import type { Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { senders, type KeyFetcher, type Sender } from '@breakwater/webhooks';
import * as v from 'valibot';
import { secretText, secretTexts, type SecretText } from '../../config/fields/secret-text.js';
import { isHttpUrl } from '../../config/fields/is-http-url.js';
import { customSetting } from '../../config/fields/custom-setting.js';
import type { WebhookDelivery } from './receiving/webhook-delivery.js';
import type { SecretsByRequest } from './secrets/secrets-by-request.js';
import type { UnverifiedWebhook } from './secrets/unverified-webhook.js';

/** How the webhooks that a provider sends are verified, and kept from taking effect twice. */
export interface WebhookOptions {
  /** The name of a known sender, or a definition made by `defineSender`. Needed unless the `preset` names one. */
  sender?: string | Sender;
  /**
   * One; several while they rotate, of which the variables behind the first may be unset. Public keys, for senders that
   * sign with a private one. Read anew for each request. Or a function that finds them for a request, of a tenant or a
   * shop: its answer is kept for a minute for the requests that agree in everything that it read of them.
   */
  secrets?: SecretText | readonly SecretText[] | SecretsByRequest;
  /**
   * Keeps a secret that the sender hands over in its handshake (Asana, Zoho, Notion), before that is answered. A
   * stranger can send such a request: store it only for an endpoint that is being registered.
   */
  storeSecret?: (secret: string, request: UnverifiedWebhook) => void | Promise<void>;
  /**
   * Brings the certificate or key that a request refers to, for senders that publish theirs (AWS SNS, PayPal, Plaid).
   * Its URL or key id has passed the sender's allow-list. Each is fetched once and kept for an hour; `secrets` may then
   * be left out.
   */
  fetchKey?: KeyFetcher;
  /**
   * The text that was chosen when the webhook was registered, for senders that ask for it in their handshake (Meta).
   */
  verifyToken?: SecretText;
  /** How far the sender's time may be from ours, past and future. Default: the sender's own rule. */
  tolerance?: Duration;
  /**
   * The public URL that the sender calls, as it was given to the sender. Needed for senders that sign it; never
   * guessed.
   */
  url?: string;
  /** How copies of a delivery are kept from being handled. `false`: they are handled like new ones. */
  inbox?: false | WebhookInboxOptions;
  /** The largest body that is taken, in bytes. Default 1 MiB; GitHub sends up to 25 MB. */
  maxBytes?: number;
}

/** How copies of one delivery are told, and for how long. */
export interface WebhookInboxOptions {
  /**
   * The part that two copies of one delivery have in common, told by hand. `undefined` has the delivery handled
   * whatever came before.
   */
  id?: (delivery: WebhookDelivery) => string | undefined;
  /**
   * `'sender'`: as the sender's definition says, by a signed id or a documented label, so that different events with
   * equal bodies are all handled. `'signed'`: by signed ids and signed bytes alone, which stops replays under a new
   * label, and loses events whose bodies repeat. Default `'sender'`.
   */
  identity?: 'sender' | 'signed';
  /**
   * How long a delivery stays claimed when its process gives no sign of life. Renewed at a third of it. Default
   * `'30s'`.
   */
  lease?: Duration;
  /** How long a handled delivery is remembered, with its answer. Default `'3d'`. */
  keep?: Duration;
}

const DAY_MS = 86_400_000;

const inboxOptions = settings.options({
  id: settings.optional(settings.callback<NonNullable<WebhookInboxOptions['id']>>('a function of the delivery')),
  identity: settings.optional(settings.oneOf('sender', 'signed')),
  lease: settings.optional(settings.duration({ min: 1000 }), 30_000),
  keep: settings.optional(settings.duration({ min: 60_000 }), 3 * DAY_MS),
});

const DEFAULT_INBOX = v.parse(inboxOptions, {});

const inbox = v.lazy(
  (given) =>
    (given === false
      ? v.literal(false)
      : given === true
        ? v.pipe(
            v.literal(true),
            v.transform(() => DEFAULT_INBOX),
          )
        : inboxOptions) as v.GenericSchema<
      boolean | v.InferInput<typeof inboxOptions>,
      false | v.InferOutput<typeof inboxOptions>
    >,
);

const secrets = v.lazy(
  (given) =>
    (typeof given === 'function'
      ? v.custom<SecretsByRequest>(() => true)
      : secretTexts('WEBHOOK_SECRET')) as v.GenericSchema<
      NonNullable<WebhookOptions['secrets']>,
      readonly SecretText[] | SecretsByRequest
    >,
);

/** All names would be a page: the one that was probably meant, and where the others are listed. */
function expectedSender(given: unknown): string {
  const meant = typeof given === 'string' ? settings.nearestName(given, knownSenders()) : undefined;
  const name = meant === undefined ? 'the name of a sender' : `the name of a sender, probably '${meant}'`;
  return `${name} (npx breakwater-webhook senders prints all), or a sender made by defineSender()`;
}

const webhookOptions = settings.options({
  sender: v.lazy((given) => customSetting<string | Sender>(isSender, expectedSender(given))),
  secrets: settings.optional(secrets),
  storeSecret: settings.optional(
    settings.callback<NonNullable<WebhookOptions['storeSecret']>>('a function that keeps a secret'),
  ),
  fetchKey: settings.optional(settings.callback<KeyFetcher>('a function that fetches a key')),
  verifyToken: settings.optional(secretText('WEBHOOK_VERIFY_TOKEN')),
  tolerance: settings.optional(settings.duration()),
  url: settings.optional(customSetting<string>(isHttpUrl, 'the absolute http or https URL that the sender calls')),
  inbox: settings.optional(inbox, {}),
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

/** Whether text was probably meant to be a sender's name. */
export function isNearSender(text: string): boolean {
  return settings.isMisspelt(text, knownSenders());
}
