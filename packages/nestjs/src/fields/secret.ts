import { inspect } from 'node:util';

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
 * Upper case, with an underscore or without a digit: `PAYMENTS_API_KEY` and `TOKEN`, not `AKIAIOSFODNN7EXAMPLE`. Or a
 * path of plain words: `shop/payments#api_key`, not what looks like a key.
 */
function isVariableName(text: string): boolean {
  if (/^[A-Z][A-Z0-9_]*$/.test(text)) return text.includes('_') || !/\d/.test(text);
  return /[/#]/.test(text) && text.split(/[/#._-]/).every((word) => /^([a-z]{1,14}|[A-Z]{1,14})\d{0,2}$/.test(word));
}
