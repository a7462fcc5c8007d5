import type { SecretText } from '../../fields/secret-text.js';
import { SecretReference } from '../../fields/secret.js';

/**
 * The values of a list of secrets. The first has to be there; the variable of a further one may be unset, as that of
 * the next secret is between two rotations. Throws what `reveal` throws for the first.
 */
export function presentSecrets(
  secrets: readonly SecretText[],
  reveal: (secret: SecretText) => string,
): readonly string[] {
  return secrets.flatMap((secret, index) => {
    if (index === 0 || !(secret instanceof SecretReference)) return [reveal(secret)];
    const value = revealed(secret, reveal);
    return value === undefined ? [] : [value];
  });
}

/** The value of a secret that may be absent. */
export function revealed(secret: SecretText, reveal: (secret: SecretText) => string): string | undefined {
  try {
    return reveal(secret);
  } catch {
    return undefined;
  }
}
