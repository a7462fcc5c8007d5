import type { SecretReader } from '../config/fields/secret-reader.js';
import type { SecretText } from '../config/fields/secret-text.js';
import { SecretReference } from '../config/fields/secret.js';

/** Secrets of an application under test: those that are set, and placeholders for the others. */
export class PlaceholderSecrets implements SecretReader {
  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {}

  reveal(secret: SecretText): string {
    if (!(secret instanceof SecretReference)) return secret;
    return this.environment[secret.name] || placeholderFor(secret.name);
  }
}

/** Has the form that the Standard Webhooks scheme asks for; all other senders with a shared secret take it. */
function placeholderFor(name: string): string {
  return `whsec_${Buffer.from(name.padEnd(32, '.')).toString('base64')}`;
}
