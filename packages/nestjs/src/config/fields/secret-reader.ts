import { ResilienceConfigurationError } from '@breakwater/core';
import type { SecretSnapshot } from '@breakwater/secrets';
import type { SecretText } from './secret-text.js';
import { SecretReference } from './secret.js';

/** Resolves the secrets that settings refer to. */
export interface SecretReader {
  /** The value of a secret, at each use, so that it can be rotated; text is its own. Throws when it is not set. */
  reveal(secret: SecretText): string;
  /** The value, and after it those before it that are still accepted. Default: the value alone. */
  accepted?(secret: SecretText): readonly string[];
  /**
   * Has secrets read that are referred to for the first time; `undefined` where there are none. With `keep: false` they
   * are held while they are used. Never rejects.
   */
  load?(secrets: readonly SecretText[], options?: { keep: boolean }): Promise<void> | undefined;
  /** Has a secret read anew whose value `used` was refused. Whether it has another value now. */
  renew?(secret: SecretText, used: string): Promise<boolean>;
  /** The secrets that are held, without their values. */
  snapshot?(): readonly SecretSnapshot[];
  close?(): Promise<void>;
}

/** The token of the reader that a test puts in. Registered: the module and its tests may be two copies. */
export const SECRETS = Symbol.for('breakwater.secrets');

const NOT_SET = 'the secret is not set: give the environment variable a value';

/** Reads secrets from environment variables. */
export class EnvironmentSecrets implements SecretReader {
  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {}

  reveal(secret: SecretText): string {
    if (!(secret instanceof SecretReference)) return secret;
    const value = this.environment[secret.name];
    if (value !== undefined && value !== '') return value;
    throw new ResilienceConfigurationError([{ path: secret.shownName, message: NOT_SET }]);
  }
}
