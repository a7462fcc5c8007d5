import type { Fault } from '@breakwater/core';
import type { SecretReader } from './secret-reader.js';
import { SecretReference } from './secret.js';

/** A fault for every secret within a setting, at any depth, that is not set. */
export function missingSecrets(setting: unknown, secrets: SecretReader, path: string): readonly Fault[] {
  if (setting instanceof SecretReference) {
    try {
      secrets.reveal(setting);
      return [];
    } catch {
      return [{ path, message: `the secret is not set: give the environment variable ${setting.shownName} a value` }];
    }
  }
  if (typeof setting !== 'object' || setting === null) return [];
  return Object.entries(setting).flatMap(([name, inner]) => missingSecrets(inner, secrets, `${path}.${name}`));
}
