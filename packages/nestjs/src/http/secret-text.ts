import { SecretReference } from '../config/secret.js';
import { settingOf } from './setting-of.js';

/** A secret by reference, or the text itself. */
export type SecretText = string | SecretReference;

/** A secret in the settings. Never shown: not even what was given in its place. */
export function secretText(example: string) {
  return settingOf<SecretText>(isSecretText, `secret('${example}'), or text that is not empty`);
}

export function isSecretText(value: unknown): value is SecretText {
  return value instanceof SecretReference || (typeof value === 'string' && value !== '');
}
