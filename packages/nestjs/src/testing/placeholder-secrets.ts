import type { SecretReader } from '../fields/secret-reader.js';
import type { SecretText } from '../fields/secret-text.js';
import { SecretReference } from '../fields/secret.js';

/** Secrets of an application under test: those that are set, and placeholders for the others, so that it boots without real ones. */
export class PlaceholderSecrets implements SecretReader {
  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {}

  reveal(secret: SecretText): string {
    if (!(secret instanceof SecretReference)) return secret;
    return this.environment[secret.name] || placeholderFor(secret.name);
  }
}

/** Has the form that senders with the Standard Webhooks scheme ask for, and that all others with a shared secret take. */
function placeholderFor(name: string): string {
  return `whsec_${Buffer.from(name.padEnd(32, '.')).toString('base64')}`;
}
