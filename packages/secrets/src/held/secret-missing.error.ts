/** There is no value of a secret. `reason` says why, without its name: the secret may stand in place of that. */
export class SecretMissingError extends Error {
  override readonly name = 'SecretMissingError';
  readonly code = 'SECRET_MISSING';

  constructor(
    readonly secret: string,
    readonly reason: string,
  ) {
    super(`a secret is not to be had: ${reason}`);
    // Not printed with the error.
    Object.defineProperty(this, 'secret', { enumerable: false, value: secret });
  }
}
