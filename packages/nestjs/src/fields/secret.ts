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

/** Refers to a secret by the name of its environment variable. Throws a `TypeError` for an empty name. */
export function secret(name: string): SecretReference {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`secret(${JSON.stringify(name)}): expected the name of a secret`);
  return new SecretReference(name);
}

/** Upper case, with an underscore or without a digit: `PAYMENTS_API_KEY` and `TOKEN`, not `AKIAIOSFODNN7EXAMPLE`. */
function isVariableName(text: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(text) && (text.includes('_') || !/\d/.test(text));
}
