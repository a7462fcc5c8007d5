import type { Fault } from '@breakwater/core';
import { webhookFaults } from '../webhooks/webhook-faults.js';
import type { Sections } from './read-resilience.js';
import type { SecretText } from '../fields/secret-text.js';
import { SecretReference } from '../fields/secret.js';

/** What is to be looked into: the http settings as they were given, right or wrong, and the webhook settings where they are right. */
export interface GivenSections extends Pick<Sections, 'webhook'> {
  readonly http: unknown;
}

/** What is wrong with sections beyond their form: secrets that are not there or cannot be of their kind, and what a webhook's sender needs. */
export function sectionFaults(
  { http, webhook }: GivenSections,
  reveal: (value: SecretText) => string,
  path: string,
): readonly Fault[] {
  return [
    ...missingSecrets(http, reveal, `${path}.http`),
    ...(webhook === undefined ? [] : webhookFaults(webhook, reveal, `${path}.webhook`)),
  ];
}

function missingSecrets(value: unknown, reveal: (value: SecretText) => string, path: string): readonly Fault[] {
  if (value instanceof SecretReference) {
    try {
      reveal(value);
      return [];
    } catch {
      return [{ path, message: `the secret is not set: give the environment variable ${value.name} a value` }];
    }
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => missingSecrets(inner, reveal, `${path}.${name}`));
}
