import { ResilienceConfigurationError } from '@breakwater/core';
import type { SecretText } from './secret-text.js';
import { SecretReference } from './secret.js';

/** Resolves the secrets that settings refer to. The seam for other sources than the environment. */
export interface SecretReader {
  /** The value of a secret, at each use, so that it can be rotated; text is its own. Throws when it is not set. */
  reveal(secret: SecretText): string;
}

/** The token of the reader that a test puts in. Registered: the module and its tests may be two copies. */
export const SECRETS = Symbol.for('breakwater.secrets');

/** Reads secrets from environment variables. */
export class EnvironmentSecrets implements SecretReader {
  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {}

  reveal(secret: SecretText): string {
    if (!(secret instanceof SecretReference)) return secret;
    const value = this.environment[secret.name];
    if (value !== undefined && value !== '') return value;
    throw new ResilienceConfigurationError([
      { path: secret.shownName, message: 'the secret is not set: give the environment variable a value' },
    ]);
  }
}
