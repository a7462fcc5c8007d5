import type { Fault } from '@breakwater/core';
import { SecretReference } from '../config/secret.js';
import type { Resilience } from '../resilience.js';
import { webhookFaults } from '../webhooks/webhook-faults.js';

/** A fault for every secret that the settings refer to and that is not there, or cannot be a secret of its kind. */
export function secretFaults(resilience: Resilience): readonly Fault[] {
  return resilience.names.flatMap((name) => {
    const path = `resilience.providers.${name}`;
    const webhook = resilience.section(name, 'webhook');
    const reveal = (value: string | SecretReference) => resilience.reveal(value);
    return [
      ...missingSecrets(resilience.givenSection(name, 'http'), `${path}.http`, resilience),
      ...(webhook === undefined ? [] : webhookFaults(webhook, reveal, `${path}.webhook`)),
    ];
  });
}

function missingSecrets(value: unknown, path: string, resilience: Resilience): readonly Fault[] {
  if (value instanceof SecretReference) {
    try {
      resilience.reveal(value);
      return [];
    } catch {
      return [{ path, message: `the secret is not set: give the environment variable ${value.name} a value` }];
    }
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => missingSecrets(inner, `${path}.${name}`, resilience));
}
