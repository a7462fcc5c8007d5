import { inspect } from 'node:util';

/** A secret by name. It is read when it is needed, so settings that hold it can be printed. */
export class SecretReference {
  constructor(readonly name: string) {}

  toString(): string {
    return `[secret ${this.name}]`;
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
