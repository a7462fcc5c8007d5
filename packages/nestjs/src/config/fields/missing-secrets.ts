import { ResilienceConfigurationError, type Fault } from '@breakwater/core';
import { referencedSecrets } from './referenced-secrets.js';
import { EnvironmentSecrets, type SecretReader } from './secret-reader.js';

/** A fault for every secret within a setting, at any depth, that is not to be had. */
export function missingSecrets(setting: unknown, secrets: SecretReader, path: string): readonly Fault[] {
  return referencedSecrets(setting, path).flatMap(({ secret, path: at }): readonly Fault[] => {
    try {
      secrets.reveal(secret);
      return [];
    } catch (error) {
      if (secrets instanceof EnvironmentSecrets || !(error instanceof ResilienceConfigurationError)) {
        const message = `the secret is not set: give the environment variable ${secret.shownName} a value`;
        return [{ path: at, message }];
      }
      return error.faults.map(({ path: name, message }) => ({ path: at, message: `${name}: ${message}` }));
    }
  });
}
