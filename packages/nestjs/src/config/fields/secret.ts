import { inspect } from 'node:util';
import { settings } from '@breakwater/core/adapter';

/** A secret by name. It is read when it is needed, so settings that hold it can be printed. */
export class SecretReference {
  constructor(readonly name: string) {}

  /** The name, for messages. Text that is no usual name of a variable may be the secret itself, and is not shown. */
  get shownName(): string {
    return isVariableName(this.name) ? this.name : `(text of ${this.name.length} characters)`;
  }

  toString(): string {
    return `[secret ${this.shownName}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/**
 * Refers to a secret by the name that its source knows: an environment variable, a file, a path of Vault or AWS. With
 * `'name#part'` to one part of a secret that is a JSON object. Throws a `TypeError` for an empty name.
 */
export function secret(name: string): SecretReference {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`secret(${JSON.stringify(name)}): expected the name of a secret`);
  return new SecretReference(name);
}

/**
 * Words in upper case with underscores between them, such as `PAYMENTS_API_KEY`, or one of which settings are made,
 * such as `TOKEN`: not `AKIAIOSFODNN7EXAMPLE`. Or a path of plain words: `shop/payments#api_key`, not what looks like a
 * key.
 */
function isVariableName(text: string): boolean {
  if (settings.isHarmless(text)) return true;
  if (/^[A-Z][A-Z0-9_]*$/.test(text))
    return text.includes('_') && text.split('_').every((word) => /^([A-Z]{0,20}\d{0,3}|[A-Z0-9]{1,5})$/.test(word));
  return /[/#]/.test(text) && text.split(/[/#._-]/).every((word) => /^([a-z]{1,14}|[A-Z]{1,14})\d{0,2}$/.test(word));
}
