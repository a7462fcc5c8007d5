import { createHash } from 'node:crypto';
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

/** Hexadecimal, and as base64 of a length that Standard Webhooks takes: every sender with a shared key accepts it. */
function placeholderFor(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}
