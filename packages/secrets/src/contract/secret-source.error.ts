/**
 * A source cannot tell whether it has a secret. The message says why, in words of this package or of a protocol: the
 * error of a client is never attached, because credentials stand in several places of one.
 */
export class SecretSourceError extends Error {
  override readonly name = 'SecretSourceError';
  readonly code = 'SECRET_SOURCE';

  constructor(
    /** The name of the source, such as `'vault'`. */
    readonly source: string,
    readonly reason: string,
    /** The HTTP status that the source answered with, where it answered. */
    readonly status?: number,
  ) {
    super(`${source}: ${reason}`);
  }
}
