import { ResilienceConfigurationError, type Fault } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { prepareSecrets, senderTraits, type Sender, type SenderTraits } from '@breakwater/webhooks';
import type { SecretText } from '../../config/fields/secret-text.js';
import { SecretReference } from '../../config/fields/secret.js';
import { revealed } from './secrets/present-secrets.js';
import type { WebhookSettings } from './webhook.options.js';

type Reveal = (value: SecretText) => string;

/**
 * Faults of a provider's webhook settings beyond their form: the sender's definition, its needs, the secrets.
 * Never shows one.
 */
export function webhookFaults(webhook: WebhookSettings, reveal: Reveal, path: string): readonly Fault[] {
  const { name } = Object(webhook.sender) as { name?: unknown };
  const faults = faultsBeyondForm(webhook, reveal, path);
  // A definition of the user's own may hold a secret in the place of its name.
  if (typeof name !== 'string' || settings.isHarmless(name)) return faults;
  const shown = `(a name of ${name.length} characters)`;
  return faults.map((fault) => ({ ...fault, message: fault.message.replaceAll(name, shown) }));
}

function faultsBeyondForm(webhook: WebhookSettings, reveal: Reveal, path: string): readonly Fault[] {
  const faults: Fault[] = [];
  const traits = attempt(() => senderTraits(webhook.sender), `${path}.sender`, faults);
  if (traits === undefined) return faults;
  faults.push(...needsOf(webhook, traits, path));
  const { verifyToken } = webhook;
  if (verifyToken !== undefined) attempt(() => reveal(verifyToken), `${path}.verifyToken`, faults);
  faults.push(...secretFaults(webhook, reveal, path));
  return faults;
}

/**
 * Secrets that a function finds are looked at when it has found them; the variable of a further secret may be unset.
 */
function secretFaults({ secrets = [], sender }: WebhookSettings, reveal: Reveal, path: string): Fault[] {
  const faults: Fault[] = [];
  if (typeof secrets === 'function') return faults;
  secrets.forEach((secret, index) => {
    const at = `${path}.secrets.${index}`;
    const isNext = index > 0 && secret instanceof SecretReference;
    const value = isNext ? revealed(secret, reveal) : attempt(() => reveal(secret), at, faults);
    if (value !== undefined) attempt(() => prepareSecrets(sender as string | Sender, value), at, faults);
  });
  return faults;
}

function needsOf({ url, tolerance, inbox }: WebhookSettings, traits: SenderTraits, path: string): Fault[] {
  const faults: Fault[] = [];
  if (traits.signsUrl && url === undefined) {
    const message = `the sender '${traits.name}' signs the URL that it calls: give the absolute one that it was told`;
    faults.push({ path: `${path}.url`, message });
  }
  const replayable = 2 * (tolerance ?? traits.toleranceMs ?? 0);
  if (inbox !== false && traits.toleranceMs !== undefined && inbox.keep < replayable) {
    const message = `${settings.printed(inbox.keep)} ms given; expected at least twice the tolerance (${settings.printed(replayable)} ms), or a delivery could be replayed once it is forgotten`;
    faults.push({ path: `${path}.inbox.keep`, message });
  }
  return faults;
}

/** The result of `run`, or `undefined` and a fault of what it throws. */
function attempt<T>(run: () => T, path: string, faults: Fault[]): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof ResilienceConfigurationError) {
      faults.push(...error.faults.map((fault) => ({ path, message: `${fault.path}: ${fault.message}` })));
    } else {
      faults.push({ path, message: error instanceof Error ? error.message : 'cannot be used' });
    }
    return undefined;
  }
}
