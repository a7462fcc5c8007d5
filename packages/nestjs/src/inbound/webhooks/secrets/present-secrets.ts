import type { SecretText } from '../../../config/fields/secret-text.js';
import { SecretReference } from '../../../config/fields/secret.js';

/**
 * The values of a list of secrets. The first has to be there; the variable of a further one may be unset, as that of
 * the next secret is between two rotations. Throws what `reveal` throws for the first.
 */
export function presentSecrets(
  secrets: readonly SecretText[],
  reveal: (secret: SecretText) => readonly string[],
): readonly string[] {
  return secrets.flatMap((secret, index) => {
    if (index === 0 || !(secret instanceof SecretReference)) return reveal(secret);
    return revealed(secret, reveal) ?? [];
  });
}

/** A secret that may be absent. */
export function revealed<T>(secret: SecretText, reveal: (secret: SecretText) => T): T | undefined {
  try {
    return reveal(secret);
  } catch {
    return undefined;
  }
}
