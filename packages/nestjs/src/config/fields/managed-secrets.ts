import { ResilienceConfigurationError } from '@breakwater/core';
import { SecretMissingError, Secrets, type SecretSnapshot, type SecretsOptions } from '@breakwater/secrets';
import type { SecretReader } from './secret-reader.js';
import type { SecretText } from './secret-text.js';
import { SecretReference } from './secret.js';

/** Reads secrets from the sources that the application was given. */
export class ManagedSecrets implements SecretReader {
  private readonly secrets: Secrets;

  /** Throws a `ResilienceConfigurationError` for options that cannot be used. */
  constructor(options: SecretsOptions) {
    this.secrets = new Secrets(options);
  }

  reveal(secret: SecretText): string {
    return secret instanceof SecretReference ? read(secret, () => this.secrets.get(secret.name)) : secret;
  }

  accepted(secret: SecretText): readonly string[] {
    return secret instanceof SecretReference ? read(secret, () => this.secrets.valid(secret.name)) : [secret];
  }

  load(secrets: readonly SecretText[], options?: { keep: boolean }): Promise<void> | undefined {
    const names = secrets.flatMap((secret) => (secret instanceof SecretReference ? secret.name : []));
    return this.secrets.isLoaded(names) ? undefined : this.secrets.load(names, options);
  }

  renew(secret: SecretText, used: string): Promise<boolean> {
    return secret instanceof SecretReference ? this.secrets.renew(secret.name, used) : Promise.resolve(false);
  }

  snapshot(): readonly SecretSnapshot[] {
    return this.secrets.snapshot();
  }

  close(): Promise<void> {
    return this.secrets.close();
  }
}

/** The value, or an error that names the secret where its name can be shown. */
function read<T>({ shownName }: SecretReference, value: () => T): T {
  try {
    return value();
  } catch (error) {
    const reason = error instanceof SecretMissingError ? error.reason : 'it cannot be read';
    throw new ResilienceConfigurationError([{ path: shownName, message: `the secret is not to be had: ${reason}` }]);
  }
}
