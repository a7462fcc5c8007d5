import type { JsonWebKey } from 'node:crypto';
import { codeOf } from './coded/code-of.js';
import { importKey } from './keys/import-key.js';
import { schemeOf } from './keys/parse-key.js';
import type { KeyFault } from './keys/secret-text.js';
import { splitSecrets } from './keys/split-secrets.js';
import { planOf } from './registry/plan-of.js';
import type { SecretKey } from './keys/secret-key.js';
import type { SenderPlan } from './definition/sender-plan.js';
import type { Sender } from './definition/sender.js';
import { WebhookConfigurationError } from './contract/webhook-configuration-error.js';

let keysIn: (prepared: PreparedSecrets, plan: SenderPlan) => readonly SecretKey[];
let prepared: (plan: SenderPlan, keys: readonly SecretKey[]) => PreparedSecrets;

/** Secrets that have been checked and imported. Prints nothing of them. */
export class PreparedSecrets {
  readonly #plan: SenderPlan;
  readonly #keys: readonly SecretKey[];

  private constructor(plan: SenderPlan, keys: readonly SecretKey[]) {
    this.#plan = plan;
    this.#keys = keys;
  }

  // The keys and their plan are for this file alone, and no part of what users see.
  static {
    prepared = (plan, keys) => new PreparedSecrets(plan, keys);
    keysIn = (secrets, plan) => {
      if (plan === secrets.#plan) return secrets.#keys;
      const { name } = plan.sender;
      throw new WebhookConfigurationError(
        `The secrets were prepared for the sender "${secrets.sender}", not for "${name}": call prepareSecrets for it.`,
        name,
      );
    };
  }

  get sender(): string {
    return this.#plan.sender.name;
  }

  get size(): number {
    return this.#keys.length;
  }
}

/** One secret, several at once while they rotate, or secrets already prepared. */
export type Secrets = string | readonly string[] | PreparedSecrets;

/** A public key as text (PEM, base64 DER or raw, JWK) or as a JWK. */
export type KeyText = string | JsonWebKey;

const MOST_SECRETS = 16;
const MOST_CACHED = 256;

const caches = new WeakMap<SenderPlan, Map<unknown, SecretKey>>();

/**
 * Checks and imports secrets (public keys, for senders that sign with a private one): call it at boot.
 *
 * Throws a `WebhookConfigurationError` that names the sender, the provider and the cure, never the secret.
 */
export function prepareSecrets(
  sender: string | Sender,
  secrets: string | readonly string[],
  options: { readonly provider?: string } = {},
): PreparedSecrets {
  const plan = planOf(sender);
  return prepared(plan, importKeys(plan, secrets, options.provider));
}

/** The keys of the secrets that `verifyWebhook` was given; each is imported once and kept. */
export function keysOf(plan: SenderPlan, secrets: Secrets, fetched?: readonly KeyText[]): readonly SecretKey[] {
  const none = fetched?.length && Array.isArray(secrets) && secrets.length === 0;
  const own = none ? [] : secrets instanceof PreparedSecrets ? keysIn(secrets, plan) : importKeys(plan, secrets);
  return fetched?.length ? [...own, ...importKeys(plan, fetched)] : own;
}

function importKeys(plan: SenderPlan, secrets: string | readonly KeyText[], provider?: string): readonly SecretKey[] {
  const list = listOf(plan, secrets);
  const { name } = plan.sender;
  if (list.length === 0) {
    throw new WebhookConfigurationError(
      `The ${describe(plan, provider)} has no webhook secret: configure at least one.`,
      name,
    );
  }
  if (list.length > MOST_SECRETS) {
    throw new WebhookConfigurationError(
      `The ${describe(plan, provider)} has ${list.length} webhook secrets: at most ${MOST_SECRETS} are tried at once. Remove old ones.`,
      name,
    );
  }
  const keys: SecretKey[] = [];
  for (let index = 0; index < list.length; index++) {
    const key = cachedKey(plan, list[index]);
    if ('fault' in key) {
      const which = list.length === 1 ? 'The webhook secret' : `Webhook secret ${index + 1} of ${list.length}`;
      throw new WebhookConfigurationError(
        `${which} of the ${describe(plan, provider)} ${key.fault}: ${key.cure}.`,
        name,
      );
    }
    keys.push(key);
  }
  return keys;
}

/** One text may hold several secrets: that is looked for in texts that no key was made of yet. */
function listOf(plan: SenderPlan, secrets: string | readonly KeyText[]): readonly KeyText[] {
  const list = typeof secrets === 'string' ? [secrets] : [...(secrets ?? [])];
  const cache = caches.get(plan);
  if (cache !== undefined && list.every((secret) => cache.has(secret))) return list;
  return list.flatMap((secret): readonly KeyText[] =>
    typeof secret === 'string' ? splitSecrets(plan.schemes, secret) : [secret],
  );
}

function cachedKey(plan: SenderPlan, secret: unknown): SecretKey | KeyFault {
  let cache = caches.get(plan);
  if (cache === undefined) caches.set(plan, (cache = new Map()));
  const known = cache.get(secret);
  if (known !== undefined) return known;
  const made = makeKey(plan, secret);
  if ('fault' in made) return made;
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(secret, made);
  return made;
}

function makeKey(plan: SenderPlan, secret: unknown): SecretKey | KeyFault {
  const scheme = schemeOf(plan.schemes, typeof secret === 'string' ? secret : '');
  const code = codeOf(plan);
  if (code?.importKey !== undefined) return code.importKey(secret, scheme);
  return importKey(scheme, secret);
}

function describe(plan: SenderPlan, provider: string | undefined): string {
  const sender = `sender "${plan.sender.name}"`;
  return provider === undefined ? sender : `provider "${provider}" (${sender})`;
}
