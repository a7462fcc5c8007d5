import { ResilienceConfigurationError } from '@breakwater/core';
import type { SecretText } from './secret-text.js';
import { SecretReference } from './secret.js';

/** Resolves the secrets that settings refer to. The seam for other sources than the environment. */
export interface SecretReader {
  /** The value of a secret; text is its own value. Asked at each use, so that a secret can be rotated. Throws when it is not set. */
  reveal(secret: SecretText): string;
}

/** Reads secrets in place of the application's own reader, in a test. Registered: the module and its tests may be two copies. */
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
