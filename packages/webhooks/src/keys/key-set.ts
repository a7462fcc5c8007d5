import type { Candidate, Scheme } from '../definition/scheme.js';
import type { SignedBytes } from '../definition/signed-bytes.js';
import type { SecretKey } from './secret-key.js';

/** The keys of one JWKS, any of which may match. */
export class KeySet implements SecretKey {
  readonly #keys: readonly SecretKey[];

  constructor(
    readonly scheme: Scheme,
    keys: readonly SecretKey[],
  ) {
    this.#keys = keys;
  }

  matches(candidates: readonly Candidate[], signed: SignedBytes): boolean {
    return this.#keys.some((key) => key.matches(candidates, signed));
  }
}
